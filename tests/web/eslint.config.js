// The rules that the modules of the explorer keep; see package.json.
import eslint from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["**/node_modules/"] },
  eslint.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2024, sourceType: "module", globals: globals.browser },
    rules: {
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-console": "error",
      "no-shadow": "off",
      "max-lines": ["error", 250],
      "no-restricted-properties": ["error", { property: "outerHTML" }, { property: "insertAdjacentHTML" }],
    },
  },
  {
    files: ["nlp_lstm/explorer/web/*.js"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector: "AssignmentExpression[left.property.name='innerHTML'][right.type!='Literal']",
          message: "Words of a text are no markup: set textContent.",
        },
        { selector: "ExportDefaultDeclaration", message: "Python joins the modules: export by name." },

      ],
    },
  },
  { files: ["tests/web/*.js"], languageOptions: { globals: globals.node } },
];
