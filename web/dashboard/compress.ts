/**
 * The brotli form beside each built file that is worth it, so that whoever serves
 * the folder compresses nothing at run time.
 *
 * @module
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import type { Plugin } from "vite";

const brotli = promisify(brotliCompress);

/** Smaller files are sent as they are: a header costs as much as is saved. */
const worth = 1024;

/** Writes NAME.br (quality 11) beside every built file above 1 KB. */
export function compress(): Plugin {
  return {
    name: "dunlin-compress",
    apply: "build",
    async writeBundle(options, bundle) {
      const folder = options.dir ?? ".";
      await Promise.all(
        Object.keys(bundle).map(async (name) => {
          const file = join(folder, name);
          const plain = await readFile(file);
          if (plain.length <= worth) return;
          const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length };
          await writeFile(`${file}.br`, await brotli(plain, { params }));
        }),
      );
    },
  };
}
