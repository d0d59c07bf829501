import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import globals from "globals";
import tseslint from "typescript-eslint";

const xyflow = {
  group: ["@xyflow/*"],
  message: "Only src/canvas knows xyflow: its next major version is coming.",
};
const view = {
  group: [
    "react",
    "react-*",
    "react/*",
    "react-dom/*",
    "zustand",
    "zustand/*",
    "radix-ui",
    "radix-ui/*",
    "idb",
  ],
  message: "src/graph is pure: no React, no stores, no storage.",
};
const above = {
  group: [
    "../state/*",
    "../canvas/*",
    "../panels/*",
    "../widgets/*",
    "../results/*",
    "../appmode/*",
    "../commands/*",
    "../api/*",
  ],
  message: "src/graph knows nothing of what stands above it.",
};
/** What a browser has and a worker or a server may not. */
const domNames = [
  "window",
  "document",
  "navigator",
  "location",
  "localStorage",
  "sessionStorage",
  "indexedDB",
  "fetch",
  "Image",
  "HTMLElement",
  "requestAnimationFrame",
];

export default tseslint.config(
  { ignores: ["dist", "node_modules", "coverage"] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
      globals: globals.browser,
    },
    plugins: { "react-hooks": hooks },
    rules: {
      ...hooks.configs["recommended-latest"].rules,
      "@typescript-eslint/consistent-type-definitions": "off",
      "@typescript-eslint/consistent-type-imports": [
        "error",
        { fixStyle: "separate-type-imports" },
      ],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "no-restricted-imports": ["error", { patterns: [xyflow] }],
      eqeqeq: "error",
      "no-console": ["error", { allow: ["warn", "error"] }],
    },
  },
  { files: ["src/canvas/**"], rules: { "no-restricted-imports": "off" } },
  {
    files: ["src/graph/**"],
    rules: {
      "no-restricted-imports": ["error", { patterns: [xyflow, view, above] }],
      "no-restricted-globals": ["error", ...domNames],
    },
  },
  {
    files: ["eslint.config.js", "scripts/*.mjs", "public/*.js"],
    extends: [tseslint.configs.disableTypeChecked],
  },
  { files: ["public/*.js"], languageOptions: { globals: globals.serviceworker } },
);
