import type { Problem } from './errors.js';
import { isTree, type Tree } from './tree.js';

/** Annotation of the bootstrap Secret that says when the token in it ends: RFC 3339, and no secret. */
export const tokenExpiresKey = 'cluster-secrets/token-expires';

/** How long before its end a token is worth a warning, in milliseconds. */
const early = 30 * 24 * 3600 * 1000;

/**
 * When the token of the bootstrap Secret ends.
 *
 * @param metadata Of the Secret.
 * @returns undefined when nothing readable says it.
 */
export function tokenExpiry({ annotations }: Tree): Date | undefined {
  const said = isTree(annotations) ? annotations[tokenExpiresKey] : undefined;
  // A YAML parser reads such a text as a date where nothing quotes it.
  const expires = new Date(typeof said === 'string' || said instanceof Date ? said : Number.NaN);
  return Number.isNaN(expires.getTime()) ? undefined : expires;
}

/**
 * When a token ends, as its claims say.
 *
 * @param token A JWT, as `tokenProblems` lets it through.
 * @returns undefined when it has no end.
 */
export function endOf(token: string): Date | undefined {
  const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  const exp = isTree(claims) ? claims['exp'] : undefined;
  return typeof exp === 'number' ? new Date(exp * 1000) : undefined;
}

/** When the token in a SOPS file ends, as `bootstrap` wrote it beside it. */
export function expiryIn(file: Buffer | undefined): Date | undefined {
  const line = new RegExp(`^ +${tokenExpiresKey}: ["']?([^"'\\s]+)`, 'm').exec(file?.toString('utf8') ?? '');
  return tokenExpiry({ annotations: { [tokenExpiresKey]: line?.[1] } });
}

/** A warning, from 30 days before the token's end on; none when it has no end. */
export function tokenWarnings(expires: Date | undefined, now: Date): Problem[] {
  const left = expires === undefined ? Number.POSITIVE_INFINITY : expires.getTime() - now.getTime();
  if (expires === undefined || left > early) return [];
  const days = Math.floor(left / 86_400_000);
  const day = expires.toISOString().slice(0, 10);
  const what =
    left <= 0
      ? `ended on ${day}, so that no secret is read any more`
      : `ends on ${day}, in ${days} ${days === 1 ? 'day' : 'days'}`;
  return [
    {
      code: 'token-expiry',
      where: "Connect's token",
      what,
      todo: 'put another one in its place: `npm run bootstrap -- --rotate`',
    },
  ];
}
