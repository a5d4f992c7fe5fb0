import { Chart, Testing } from 'cdk8s';
import { expect, test } from 'vitest';
import { AppSecret } from '../../src/constructs/app-secret.js';
import { readableReason } from '../../src/external-secret/reason.js';
import type { SecretSource } from '../../src/index.js';

function externalSecret(source: SecretSource) {
  const chart = new Chart(Testing.app(), 'test');
  const context = { storeName: 'onepassword', refreshInterval: '1h' };
  new AppSecret(chart, 'it', { namespace: 'app', name: 'it', ...source }, context);
  return Testing.synth(chart)[0];
}

/** The events are those that ESO 2.9.0 wrote for these secrets. */
const could = 'could not apply template: could not execute template: could not execute template: ';
const key = (name: string) =>
  `unable to execute template at key ${name}: unable to execute template at key ${name}: `;

test('an empty field: the key, the field and the item', () => {
  const event = `${could}${key('MAIL')}template: MAIL:1:50: executing "MAIL" at <fail "the field 'void \\"field\\"' of the item 'demo' is empty">: error calling fail: the field 'void "field"' of the item 'demo' is empty`;
  const object = externalSecret({ item: 'demo', keys: { MAIL: 'void "field"' } });
  expect(readableReason(event, object)).toBe(
    `the key MAIL is not written: the field 'void "field"' of the item 'demo' is empty`,
  );
});

test('a missing field behind the guard of an empty one: as before', () => {
  const event = `${could}${key('b')}template: b:1:8: executing "b" at <.nope>: map has no entry for key "nope"`;
  const object = externalSecret({ item: 'demo', keys: { b: 'nope' } });
  expect(readableReason(event, object)).toBe(
    "the key b uses the field 'nope', which the item 'demo' does not have",
  );
});

test('a field that can’t be decoded, or is missing', () => {
  const object = externalSecret({ item: 'demo', keys: { b: { field: 'coded', decode: 'base64' } } });
  expect(
    readableReason(
      'error processing spec.data[0] (key: demo), err: error applying decoding strategy Base64 to data: illegal base64 data at input byte 4',
      object,
    ),
  ).toBe("the field 'coded' of the item 'demo' is not valid Base64, which decode expects");
  expect(
    readableReason(
      "error processing spec.data[0] (key: demo), err: expected one 1Password ItemField matching: 'coded' in 'demo', got 0",
      object,
    ),
  ).toBe("the item 'demo' has no field 'coded'");
});

test('a ConfigMap of templates, and a Secret of another ExternalSecret', () => {
  const object = externalSecret({ items: ['One', 'Two'], keys: 'all', template: { x: 'y' } });
  const fetch = 'could not apply template: error fetching templateFrom data: ';
  const told = [
    `${fetch}configmaps "nocm" not found`,
    `${fetch}error in configmap cm: missing key nokey`,
    `${fetch}${key('bad')}template: bad:1:6: executing "bad" at <.nope>: map has no entry for key "nope"`,
    'unable to mutate secret once: secret is owned by another ExternalSecret: once',
  ].map((event) => readableReason(event, object));
  expect(told).toEqual([
    "the ConfigMap 'nocm' in templateFrom does not exist in its namespace",
    "the ConfigMap 'cm' of templateFrom has no key 'nokey'",
    "the key bad uses the field 'nope', which none of the items 'One', 'Two' has",
    "its Secret is owned by the ExternalSecret 'once', and External Secrets Operator lets no other one write to it",
  ]);
});

test('an ID of the second vault', () => {
  const id = 'item0000000000000000000009';
  const event = `error processing spec.dataFrom[0].extract, err: Found 0 item(s) in vault "kubernetesvault00000000001" with title "${id}"`;
  expect(readableReason(event, externalSecret({ item: id, keys: { a: 'b' } }))).toBe(
    `the first vault has no item with the ID '${id}', and an ID is only looked up there`,
  );
});
