import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';
import noFloatMoney from './tools/lint-money.js';

const storage = 'Preferences go through app/preferences, unsent work through the draft journal.';
const statics = 'Static dialogs have no theme and no nonce: render a Modal, or use App.useApp().';

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'src/api/schema.ts', 'src/api/codes.ts', 'src/api/operations.ts', 'public'] },
  {
    files: ['src/**/*.{ts,tsx}', 'e2e/**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { project: ['./tsconfig.json', './tsconfig.node.json'], tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error', noInlineConfig: true },
    plugins: { 'react-hooks': hooks, sluice: { rules: { 'no-float-money': noFloatMoney } } },
    rules: {
      ...hooks.configs.recommended.rules,
      // The page is not built with React's compiler.
      'react-hooks/incompatible-library': 'off',
      'sluice/no-float-money': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/consistent-type-imports': 'error',
      'max-lines': ['error', 420],
      'max-lines-per-function': ['error', { max: 120, skipComments: true, skipBlankLines: true }],
      'no-restricted-imports': ['error', { paths: ['moment', 'lodash'], patterns: ['antd/es/*', 'antd/lib/*'] }],
      'no-restricted-syntax': [
        'error',
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: 'Everything is a text node.' },
        { selector: "CallExpression[callee.object.name='Modal']", message: statics },
        { selector: "CallExpression[callee.object.name=/^(message|notification)$/][callee.property.name='config']", message: statics },
      ],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['src/app/preferences.ts'],
    rules: { 'no-restricted-globals': ['error', { name: 'localStorage', message: storage }] },
  },
  { files: ['src/**/*.test.{ts,tsx}', 'e2e/**/*.ts'], rules: { 'max-lines-per-function': 'off' } },
);
