import type { Problem } from './errors.js';
import { isTree, type Tree } from './tree.js';

/** Annotation of the bootstrap Secret with its token's expiry: RFC 3339, not a secret. */
export const tokenExpiresKey = 'cluster-secrets/token-expires';

/** How long before the expiry of a token to warn, in milliseconds. */
const early = 30 * 24 * 3600 * 1000;

/**
 * When the token of the bootstrap Secret expires.
 *
 * @param metadata The Secret's metadata.
 * @returns undefined if the annotation is missing or unreadable.
 */
export function tokenExpiry({ annotations }: Tree): Date | undefined {
  const said = isTree(annotations) ? annotations[tokenExpiresKey] : undefined;
  // A YAML parser turns an unquoted timestamp into a Date.
  const expires = new Date(typeof said === 'string' || said instanceof Date ? said : Number.NaN);
  return Number.isNaN(expires.getTime()) ? undefined : expires;
}

/**
 * When a token expires, according to its claims.
 *
 * @param token A JWT that `tokenProblems` accepts.
 * @returns undefined if it never expires.
 */
export function endOf(token: string): Date | undefined {
  const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  const exp = isTree(claims) ? claims['exp'] : undefined;
  return typeof exp === 'number' ? new Date(exp * 1000) : undefined;
}

/** When the token in a SOPS file expires, according to the annotation that `bootstrap` wrote. */
export function expiryIn(file: Buffer | undefined): Date | undefined {
  const line = new RegExp(`^ +${tokenExpiresKey}: ["']?([^"'\\s]+)`, 'm').exec(file?.toString('utf8') ?? '');
  return tokenExpiry({ annotations: { [tokenExpiresKey]: line?.[1] } });
}

/** A warning if the token expires within 30 days. */
export function tokenWarnings(expires: Date | undefined, now: Date): Problem[] {
  const left = expires === undefined ? Number.POSITIVE_INFINITY : expires.getTime() - now.getTime();
  if (expires === undefined || left > early) return [];
  const days = Math.floor(left / 86_400_000);
  const day = expires.toISOString().slice(0, 10);
  const what =
    left <= 0
      ? `expired on ${day}, so secrets are no longer refreshed`
      : `expires on ${day}, in ${days} ${days === 1 ? 'day' : 'days'}`;
  return [
    {
      code: 'token-expiry',
      where: "Connect's token",
      what,
      todo: 'replace it with `npm run bootstrap -- --rotate`',
    },
  ];
}
