// Names and types are checked by tsc; this finds what is legal and wrong all the same.
import js from "@eslint/js";

export default [
  js.configs.recommended,
  {
    rules: {
      "no-undef": "off", // tsc knows which names a page has, and which a worker
      "eqeqeq": "error",
      "no-shadow": ["error", { builtinGlobals: false }],
      "no-var": "error",
      "prefer-const": ["error", { destructuring: "all" }],
      "no-implicit-coercion": "error",
      "no-param-reassign": "error",
      "object-shorthand": "error",
      "prefer-template": "error",
      "max-len": ["error", { code: 120, ignoreUrls: true }],
    },
  },
];
