// Writes the demo shop to web/built/shop.
//
// Beside each file above 1 KB stands its brotli form, NAME.br.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import { files } from "./files.mjs";

const out = join(dirname(fileURLToPath(import.meta.url)), "../../built/shop");
const made = await files();

await rm(out, { recursive: true, force: true });
let bytes = 0;
for (const [name, text] of made) {
  const path = join(out, name);
  const body = Buffer.from(text);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, body);
  let sent = body.length;
  if (body.length > 1024) {
    const packed = brotliCompressSync(body, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: body.length },
    });
    await writeFile(`${path}.br`, packed);
    sent = packed.length;
  }
  bytes += sent;
}
console.log(`shop: ${made.size} files, ${Math.round(bytes / 1024)} KB as sent`);
