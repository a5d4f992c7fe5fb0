import { describe, expect, test } from 'vitest';
import { problemLine } from '../../src/errors.js';
import { credentialsProblems, tokenProblems } from '../../src/onepassword/bootstrap-input.js';

// Marks that show up if a value leaks into a message.
// Split, so that this file does not count as credentials itself.
const sealed = { kid: 'k', enc: 'A256GCM', cty: 'b5+jwk+json', iv: 'MARK-iv', data: 'MARK-data' };
const key = { alg: 'A256GCM', ext: true, k: 'MARK-key', key_ops: ['encrypt'], kty: 'oct', kid: 'k' };
const good = {
  verifier: { salt: 'MARK-salt', localHash: 'MARK-hash' },
  encCredentials: sealed,
  version: '2',
  deviceUuid: 'MARK-device',
  uniqueKey: key,
};
const packed = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (payload: unknown) =>
  `${packed({ alg: 'ES256' })}.${packed(payload)}.${packed('MARK-signature')}`;
const marks = /MARK|TUFSS|1BUk|NQVJL/;

describe('invalid bootstrap input is reported without its values', () => {
  const where = 'file';
  const make = 'give the 1password-credentials.json that `op connect server create` wrote';
  test.each<[name: string, credentials: string, lines: string[]]>([
    ['empty', ' ', [`${where}: is empty; ${make}`]],
    ['no JSON', `{"x": "MARK`, [`${where}: is not a JSON object; ${make}`]],
    ['a list', '["MARK"]', [`${where}: is not a JSON object; ${make}`]],
    [
      'another version',
      JSON.stringify({ ...good, version: '1' }),
      [`${where}: version: must be '2', the version Connect reads; ${make}`],
    ],
    [
      'fields missing',
      JSON.stringify({
        ...good,
        verifier: undefined,
        deviceUuid: '',
        uniqueKey: { ...good.uniqueKey, k: 7 },
      }),
      [
        `${where}: deviceUuid: is missing or not a string; ${make}`,
        `${where}: verifier: is missing or not a string; ${make}`,
        `${where}: uniqueKey.k: is missing or not a string; ${make}`,
      ],
    ],
  ])('credentials: %s', (_name, text, lines) => {
    const told = credentialsProblems(text, where).map(problemLine);
    expect(told).toEqual(lines);
    expect(told.join()).not.toMatch(marks);
  });

  const give = 'give the token that `op connect token create` printed';
  test.each<[name: string, token: string, line: string]>([
    ['empty', '', `file: is empty; ${give}`],
    ['two parts', 'MARK.MARK', `file: is not a JWT: it has 2 parts, not 3; ${give}`],
    ['not base64url', 'MA RK.MARK.MARK', `file: is not a JWT: part 1 is not base64url; ${give}`],
    ['no header', 'MARK.MARK.MARK', `file: is not a JWT: its header is not a JSON object; ${give}`],
    [
      'no payload',
      `${packed({})}.${packed('MARK')}.MARK`,
      `file: is not a JWT: its payload is not a JSON object; ${give}`,
    ],
    ...['1e400', '-1e20', '1e20', '"4102444800"', 'null', '[]'].map((exp): [string, string, string] => [
      `exp ${exp}`,
      `${packed({})}.${Buffer.from(`{"exp":${exp}}`).toString('base64url')}.MARK`,
      `file: is not a JWT: its exp is not a time; ${give}`,
    ]),
    [
      'expired',
      jwt({ exp: 1700000000 }),
      'file: expired at 2023-11-14T22:13:20Z; make a new one with `op connect token create`',
    ],
  ])('token: %s', (_name, text, line) => {
    const told = tokenProblems(text, where, new Date('2026-11-24')).map(problemLine);
    expect(told).toEqual([line]);
    expect(told.join()).not.toMatch(marks);
  });
});

test('accepts what 1Password creates', () => {
  const token = jwt({ sub: 'MARK-subject', exp: Date.parse('2026-11-25') / 1000 });
  expect(credentialsProblems(JSON.stringify(good), 'file')).toEqual([]);
  expect(tokenProblems(token, 'file', new Date('2026-11-24'))).toEqual([]);
  expect(tokenProblems(jwt({}), 'file', new Date('2026-11-24'))).toEqual([]);
});
