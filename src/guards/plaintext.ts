import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Problem } from '../errors.js';
import { type FileBytes, parseDocuments, readBytes } from '../repository/read.js';
import { isEncrypted } from '../sops-secret.js';
import { isTree } from '../tree.js';

/** A kind of secret that must never be in git. */
interface Mark {
  readonly what: string;
  readonly pattern: RegExp;
  readonly todo: string;
}

const remove = 'remove it from the file and from the git history, and replace it with a new one';

/** The three base64 encodings of a text, one per alignment, without the characters that its neighbours affect. */
function base64Forms(text: string): string[] {
  return [0, 1, 2].map((before) => {
    const whole = text.length - ((text.length + before) % 3);
    const encoded = Buffer.from(`${' '.repeat(before)}${text.slice(0, whole)}`).toString('base64');
    return encoded.slice(before === 0 ? 0 : 4).replace(/[+/]/g, '\\$&');
  });
}

/** Both parts begin with `{"` in base64, whatever comes next: the claims of a Connect token begin with a digit. */
const anyToken: Mark = {
  what: 'holds a token (a JWT)',
  pattern: /\bey[IJ][A-Za-z0-9_-]{10,}\.ey[IJ][A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/,
  todo: remove,
};

// Specific enough that a text about a secret does not match.
const marks: readonly Mark[] = [
  {
    what: 'holds an age private key',
    pattern: /AGE-SECRET-KEY-(?:PQ-)?1[A-Z0-9]{20,}/,
    todo: remove,
  },
  anyToken,
  {
    what: "holds Connect's credentials in plaintext",
    // As JSON, YAML or TypeScript.
    pattern:
      /\b(?:encCredentials|uniqueKey)\\?["']?\s*:\s*(?:\{\s*)?\\?["']?(?:alg|cty|data|enc|ext|iv|k|key_ops|kid|kty)\\?["']?\s*:/,
    todo: 'remove it from the file and from the git history, and encrypt it with `npm run bootstrap`',
  },
  {
    what: "holds Connect's credentials in base64",
    pattern: new RegExp(['"encCredentials":', '{"verifier":'].flatMap(base64Forms).join('|')),
    todo: 'base64 is not encryption: remove it from the file and from the git history, and encrypt it with `npm run bootstrap`',
  },
];

/**
 * Looks for plaintext that must not be committed: in everything that synth reads and writes, and in every other
 * file that git would commit from the project's folder. If the project is the whole repository, most of these
 * files belong to other programs: outside of our folders, Secrets and tokens other than Connect's are left alone.
 *
 * @param project The project's folder.
 * @param committed The files that git would commit from it, relative to it.
 * @returns One problem per file and kind of secret, with the line but never the secret.
 */
export function plaintextProblems(project: string, committed: readonly string[]): Problem[] {
  const own = new Set(
    ['src', 'dist']
      .flatMap((folder) => listFiles(join(project, folder)))
      .map((path) => relative(project, path).split(sep).join('/')),
  );
  const ours = new Set([...own, ...committed.filter((file) => !file.includes('/'))]);
  return [...new Set([...ours, ...committed.filter((file) => !made.test(file))])].flatMap((where) => {
    const found = readBytes(project, where);
    if (!found) return [];
    // An unreadable file of somebody else's is reported by whoever needs it.
    if ('what' in found) return own.has(where) ? found : [];
    const text = found.bytes.toString('utf8');
    if (ours.has(where)) return [...markProblems(text, where, marks), ...secretProblems(found, text)];
    return markProblems(
      text,
      where,
      marks.filter(({ what }) => what !== anyToken.what),
    ).concat(connectTokenProblems(text, where));
  });
}

/** Folders that come with a release or are never committed. */
const made = /^(imports|node_modules|\.cdk8s|\.dist-\d+(\.old)?)\//;

/** The first Connect token among all tokens in a text: its claims name 1Password. */
function connectTokenProblems(text: string, where: string): Problem[] {
  const tokens = text.matchAll(new RegExp(anyToken.pattern, 'g'));
  for (const { 0: token, index } of tokens) {
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('latin1');
    if (payload.includes('1password.com')) {
      const line = text.slice(0, index).split('\n').length;
      return [{ where: `${where}:${line}`, what: 'holds a Connect token (a JWT)', todo: remove }];
    }
  }
  return [];
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    // Missing, or not a folder: whoever reads or writes it reports that.
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

function markProblems(text: string, where: string, marks: readonly Mark[]): Problem[] {
  return marks.flatMap(({ what, pattern, todo }) => {
    const match = pattern.exec(text);
    if (!match) return [];
    const line = text.slice(0, match.index).split('\n').length;
    return [{ where: `${where}:${line}`, what, todo }];
  });
}

/** Unencrypted values of the Secrets in a file of Kubernetes objects. */
function secretProblems(found: FileBytes, text: string): Problem[] {
  const where = found.file;
  if (!/\.(ya?ml|json)$/i.test(where) || !/\bkind["']?\s*:\s*(?:!\S+\s+)?["']?Secret(?:List)?\b/.test(text)) {
    return [];
  }
  const todo = 'encrypt the file with sops, or remove it';
  const { trees, warnings } = parseDocuments(found, 'says `kind: Secret`');
  const plain = trees
    .filter(({ kind }) => kind === 'Secret')
    .flatMap((secret) =>
      ['data', 'stringData'].flatMap((block) => {
        const entries = secret[block];
        const keys = isTree(entries) ? Object.keys(entries) : [];
        return keys
          .filter((key) => isTree(entries) && entries[key] !== '' && !isEncrypted(entries[key]))
          .map((key) => ({
            where: `${where}: ${block}.${key}`,
            what: 'is an unencrypted value of a Secret',
            todo,
          }));
      }),
    );
  return [...warnings.map((warning) => ({ ...warning, todo })), ...plain];
}
