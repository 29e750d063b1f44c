/** Read by vite's plugin, svelte-check and eslint: every component is in runes mode. */
export default { compilerOptions: { runes: true } };
