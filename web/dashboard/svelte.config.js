/** Read by vite's plugin, svelte-check and eslint: every component is in runes mode. */
const config = { compilerOptions: { runes: true } };

// eslint-disable-next-line no-restricted-syntax -- svelte's tools read the default export
export default config;
