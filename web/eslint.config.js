import svelte from "eslint-plugin-svelte";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["built/", "node_modules/"] },
  ...tseslint.configs.strict,
  ...svelte.configs.recommended,
  { files: ["**/*.svelte", "**/*.svelte.ts"], languageOptions: { parserOptions: { parser: tseslint.parser } } },
  {
    rules: {
      "no-restricted-syntax": ["error", { selector: "ExportDefaultDeclaration", message: "name what you export" }],
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
  { files: ["**/*.config.ts", "eslint.config.js"], rules: { "no-restricted-syntax": "off" } },
);
