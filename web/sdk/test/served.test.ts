import { readdirSync } from "node:fs";
import { expect, test } from "vitest";

// The collector serves what is named so (collector/scripts.go), and nothing else: a file of
// another name would be built and never loaded.
test("every file of the build has a name that is served", () => {
  const files = readdirSync(new URL("../../built/sdk", import.meta.url)).filter(
    (name) => !/\.br$|^manifest\.json$|^dunlin(-push)?\.js$/.test(name),
  );
  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((name) => !/^[a-z]+-[0-9a-f]{8}\.js$/.test(name))).toEqual([]);
});
