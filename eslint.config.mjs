import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
    { ignores: ["node_modules/", "eslint.config.mjs"] },
    js.configs.recommended,
    ...tseslint.configs.recommendedTypeChecked,
    {
        languageOptions: {
            parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname },
        },
        rules: {
            "@typescript-eslint/no-explicit-any": "error",
            "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
            // Node takes types out of the text without knowing what is a type: imports must say so.
            "@typescript-eslint/consistent-type-imports": [
                "error",
                { fixStyle: "inline-type-imports", disallowTypeAnnotations: false },
            ],
            "@typescript-eslint/no-import-type-side-effects": "error",
            // Pulumi resources are declared for their effect.
            "no-new": "off",
            // `describe` and `it` of mocha return nothing useful.
            "@typescript-eslint/no-floating-promises": ["error", { ignoreIIFE: true }],
            // Interfaces of the pocket cloud are asynchronous also where one implementation is not.
            "@typescript-eslint/require-await": "off",
        },
    },
);
