import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** What each layer may not import. The arrows of docs/architecture.md, enforced. */
const layers = {
  core: ['engine', 'databases', 'ledger', 'worker', 'vscode', 'sandbox', 'cli'],
  engine: ['databases', 'ledger', 'worker', 'vscode', 'sandbox', 'cli'],
  databases: ['engine', 'ledger', 'worker', 'vscode', 'sandbox', 'cli'],
  ledger: ['engine', 'worker', 'vscode', 'sandbox', 'cli'],
  worker: ['vscode', 'cli'],
  sandbox: ['engine', 'databases', 'ledger', 'worker', 'vscode', 'cli'],
  cli: ['vscode'],
  vscode: ['cli', 'databases', 'ledger'],
};

const noVscode = { name: 'vscode', message: 'Only src/vscode and src/extension.ts import vscode.' };

/** Core is pure: of Node it may use computation (hashes, bytes) and nothing that touches the world. */
const impureNode = {
  regex: '^node:(?!crypto$|buffer$)|^(better-sqlite3|pg|pg-copy-streams|@supabase/.*|@electric-sql/.*)$',
  message: 'src/core is pure: no I/O, no drivers.',
};

const layering = Object.entries(layers).map(([layer, forbidden]) => ({
  files: [`src/${layer}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        paths: layer === 'vscode' ? [] : [noVscode],
        patterns: [
          {
            regex: `^(\\.\\./)+(${forbidden.join('|')})/`,
            message: `src/${layer} may not import this layer (docs/architecture.md).`,
          },
          ...(layer === 'core' ? [impureNode] : []),
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['node_modules', 'dist', 'out', '.cache', '.vscode-test', 'test-artifacts', 'demo-workspace'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js', '*.mjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  ...layering,
  {
    // Mocha's own idiom: describe and it return promises nobody awaits; fixtures index what they made.
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: {
      ...tseslint.configs.disableTypeChecked.languageOptions,
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly' },
    },
  },
  prettier,
);
