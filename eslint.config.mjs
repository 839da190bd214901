import js from "@eslint/js";
import tseslint from "typescript-eslint";

/**
 * The rooms of components/, from what is there first to what is made last. Nothing imports a room further down, and
 * `network` and `identity` do not know each other.
 */
const rooms = ["names", "failures", "settings", "preflight", ["network", "identity"], "classroom", "lab"].map(
    (room) => [room].flat(),
);

/** For each room, the rooms that it may not import. */
const directions = rooms.flatMap((storey, index) =>
    storey.map((room) => ({
        files: [`components/${room}/**/*.ts`],
        rules: {
            "no-restricted-imports": [
                "error",
                {
                    patterns: [
                        {
                            regex: `^\\.\\./(${
                                [...storey, ...rooms.slice(index + 1).flat()]
                                    .filter((other) => other !== room)
                                    .join("|") || "(?!)"
                            })/`,
                            message: `components/${room}/ knows nothing of rooms further down (CONTRIBUTING.md, "Where things are").`,
                        },
                        {
                            regex: "^(\\.\\./)+(scripts|test)/",
                            message: "The program knows nothing of the operator's tool and of the tests.",
                        },
                    ],
                },
            ],
        },
    })),
);

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
    ...directions,
);
