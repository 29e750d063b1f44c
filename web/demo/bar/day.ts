/** How far something is. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** The demonstration's day: GET /demo/api/state. */
export interface State {
  readonly date: string; // YYYY-MM-DD
  /** Seconds that the pages' clock is ahead of the wall's. */
  readonly clock: number;
  /** Of this start of the demonstration. */
  readonly run: string;
  /** The other visitors are ready for a day's end. */
  readonly ready: boolean;
  readonly warming: Progress;
  /** How many others there are a day. */
  readonly visitors: number;
  readonly site: string;
}

/** The closing of a day: GET /demo/api/next. */
export interface Closing extends Progress {
  readonly phase: "idle" | "visitors" | "sending" | "releasing" | "done" | "failed";
  /** The day that is, or was, being closed. */
  readonly date: string;
  readonly error: string;
}

/** What a request to the demonstration came to; `say` is for the visitor. */
export type Told<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly status: number; readonly say: string };

async function tell<T>(fetcher: typeof fetch, address: string, init?: RequestInit): Promise<Told<T>> {
  try {
    const answer = await fetcher(address, { cache: "no-store", ...init });
    const text = await answer.text();
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    if (answer.ok) return { ok: true, value: body as T };
    const detail = (body as { readonly detail?: unknown } | undefined)?.detail;
    return { ok: false, status: answer.status, say: typeof detail === "string" ? detail : `status ${answer.status}` };
  } catch (error) {
    return { ok: false, status: 0, say: error instanceof Error ? error.message : String(error) };
  }
}

/** Talks to the program that runs the demonstration. */
export class Demo {
  constructor(private readonly fetcher: typeof fetch) {}

  state(): Promise<Told<State>> {
    return tell(this.fetcher, "/demo/api/state");
  }

  /** Starts closing the day of a date. Status 409: it is being closed already, or is over. */
  end(date: string): Promise<Told<Closing | undefined>> {
    return tell(this.fetcher, `/demo/api/next?date=${date}`, { method: "POST", headers: { "X-Dunlin-Demo": "1" } });
  }

  closing(): Promise<Told<Closing>> {
    return tell(this.fetcher, "/demo/api/next");
  }
}
