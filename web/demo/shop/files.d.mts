/** All files of the shop, text by name: see files.mjs. */
export function files(): Promise<Map<string, string>>;
