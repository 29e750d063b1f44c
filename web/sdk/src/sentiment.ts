/**
 * Whether a text is for or against something: by a lexicon, on the page, at once
 * forgotten. Chinese and English; a text of both goes by the script that it has most of.
 *
 * A lexicon is a text, `data/general-LANG.txt` and then `data/sentiment-LANG.txt` (of two
 * entries of one word the later holds), built into a chunk of its own that is loaded when
 * a comment in its language is judged; one entry a line: a word or phrase in lower case, a tab, and a number: how much it is for (above 0)
 * or against (below); or, in place of the number, `not` (turns what follows; `not N` also
 * says N if nothing known follows: "won't charge"), `xN` (what follows counts N times) or
 * `but` (what came before counts half). Lines that begin with
 * `#` are comments.
 *
 * @module
 */

/** What the chunk exports. */
export interface Chunk {
  readonly judge: typeof judge;
}

/** A lexicon, read. */
export interface Lexicon {
  readonly weights: ReadonlyMap<string, number>;
  /** With what each says by itself, mostly 0. */
  readonly turns: ReadonlyMap<string, number>;
  readonly factors: ReadonlyMap<string, number>;
  readonly buts: ReadonlySet<string>;
  /** Of the longest entry, in words (English) or characters (Chinese). */
  readonly longest: number;
}

/** The three that a text can be. */
export type Sentiment = "negative" | "neutral" | "positive";

/** Words or characters for which a turn or factor holds. */
const REACH = 4;

/** What a turned word is worth: "not good" is less bad than "bad". */
const TURNED = -0.75;

/** What is asked says little: of a question's score this much counts. */
const ASKED = 0.1;

/** Mean score above which a text is for, below whose negative against. */
const EDGE = 0.2;

/** Reads a lexicon; lines that are none are skipped. */
export function readLexicon(text: string, chinese: boolean): Lexicon {
  const weights = new Map<string, number>();
  const turns = new Map<string, number>();
  const factors = new Map<string, number>();
  const buts = new Set<string>();
  let longest = 1;
  for (const line of text.split("\n")) {
    const [word = "", what = ""] = line.trim().split("\t");
    if (!word || word.startsWith("#") || !what) continue;
    longest = Math.max(longest, chinese ? [...word].length : word.split(" ").length);
    for (const it of [weights, turns, factors, buts]) it.delete(word);
    if (/^not\b/.test(what)) turns.set(word, Number(what.slice(4)));
    else if (what === "but") buts.add(word);
    else if (what.startsWith("x")) factors.set(word, Number(what.slice(1)) || 1);
    else if (Number(what)) weights.set(word, Number(what));
  }
  return { weights, turns, factors, buts, longest };
}

/**
 * The score of a text: the sum of its entries' weights, each turned and multiplied by what
 * stands before it. 0 where nothing is known.
 */
export function score(text: string, lexicon: Lexicon, chinese: boolean): number {
  const plain = text.toLowerCase().replaceAll("’", "'");
  // A mark ends what a turn reaches.
  const parts = chinese ? [...plain] : (plain.match(/[a-z0-9']+|[^\sa-z0-9']/g) ?? []);
  const glue = chinese ? "" : " ";
  const known = (it: string) => lexicon.weights.has(it) || lexicon.turns.has(it) || lexicon.factors.has(it) || lexicon.buts.has(it);
  let sum = 0;
  let before = 0; // the running sentence
  let turn = 1;
  let factor = 1;
  let left = 0;
  let owed = 0; // what a turn says, unless it finds something to turn
  for (let i = 0; i < parts.length;) {
    let n = Math.min(lexicon.longest, parts.length - i);
    let it = "";
    for (; n > 0 && !known((it = parts.slice(i, i + n).join(glue))); n--);
    if (!n) {
      if (left <= 1 || /[.,;:!?，。；：！？、…\n吗]/.test(parts[i]!)) {
        sum += owed;
        owed = 0;
      }
      if (/[.,;:!?，。；：！？、…\n]/.test(parts[i]!)) left = 0;
      if (/[?？吗]/.test(parts[i]!)) sum = before + (sum - before) * ASKED;
      if (/[.!?。！？…\n]/.test(parts[i]!)) before = sum;
      if (--left < 0) turn = factor = 1;
      i++;
      continue;
    }
    i += n;
    const weight = lexicon.weights.get(it);
    if (weight) {
      const value = weight * factor;
      sum += turn < 0 ? value * TURNED : value;
      turn = factor = 1;
      left = owed = 0;
    } else if (lexicon.turns.has(it)) {
      turn = -turn;
      left = REACH;
      owed = lexicon.turns.get(it)!;
    } else if (lexicon.buts.has(it)) {
      sum = (sum + owed) / 2;
      before /= 2;
      owed = 0;
      turn = factor = 1;
    } else {
      factor *= lexicon.factors.get(it)!;
      left = Math.max(left, REACH);
    }
  }
  return sum + owed;
}

/** Whether a text is Chinese rather than English. */
export function isChinese(text: string): boolean {
  return (text.match(/[\u3400-\u9fff]/g)?.length ?? 0) * 2 > (text.match(/[a-z]+/gi)?.length ?? 0);
}

/** Judges a text by a lexicon. */
export function sentimentOf(text: string, lexicon: Lexicon, chinese: boolean): Sentiment {
  const s = score(text, lexicon, chinese);
  return s > EDGE ? "positive" : s < -EDGE ? "negative" : "neutral";
}

/** Set by the build: the lexicons' files. */
declare const __WORDS_EN__: string;
declare const __WORDS_ZH__: string;

/** Judges a text; its lexicon is loaded once, by the browser's own cache of modules. */
export async function judge(text: string): Promise<Sentiment> {
  const chinese = isChinese(text);
  const { default: words } = (await import(/* @vite-ignore */ `./${chinese ? __WORDS_ZH__ : __WORDS_EN__}`)) as { default: string };
  lexicons[+chinese] ??= readLexicon(words, chinese);
  return sentimentOf(text, lexicons[+chinese]!, chinese);
}

/** English and Chinese, once they are read. */
const lexicons: Lexicon[] = [];
