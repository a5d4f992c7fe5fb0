/** What synth says of Secrets that the push takes away. */
import { expect, test } from 'vitest';
import { makeProject } from '../project.js';

const secret = (namespace: string, name: string, more = '') =>
  `appSecret({ namespace: '${namespace}', name: '${name}', item: 'App', keys: { key: 'password' }${more} })`;
const file = (...secrets: string[]) =>
  `import { appSecret } from '#cluster-secrets';\nexport default [${secrets.join(', ')}];\n`;
const settings = (text: string) => `export default { ${text} };\n`;

/** Synth of some files, and then what a change of them makes it say. */
async function said(before: Record<string, string>, after: Record<string, string | undefined>) {
  const project = await makeProject({ files: before });
  expect((await project.synth()).err).toBe('');
  for (const [path, content] of Object.entries(after)) {
    if (content === undefined) project.remove(path);
    else project.write(path, content);
  }
  const { code, err } = await project.synth();
  expect(code).toBe(0);
  // The push was made, or will be: it is said once.
  expect((await project.synth()).err).toBe('');
  return err === '' ? [] : err.split('\n');
}

const a = 'src/secrets/a.ts';
const keep =
  'if an app still needs it, restore it (to keep it without this project, see "Taking it out again" in docs/adoption.md)';

test('a file or an app secret that is removed', async () => {
  expect(
    await said(
      {
        [a]: file(secret('media', 'one')),
        'src/secrets/b.ts': file(secret('media', 'two'), secret('x', 'three')),
      },
      { [a]: undefined, 'src/secrets/b.ts': file(secret('x', 'four')) },
    ),
  ).toEqual([
    `warning: dist/secrets-media: the push deletes the Secrets media/one, media/two along with their ExternalSecrets; ${keep}`,
    `warning: dist/secrets-x: the push deletes the Secret x/three along with its ExternalSecret; ${keep}`,
  ]);
});

test('another namespace, another name', async () => {
  expect(await said({ [a]: file(secret('media', 'one')) }, { [a]: file(secret('tv', 'one')) })).toEqual([
    `warning: dist/secrets-media: the push deletes the Secret media/one along with its ExternalSecret (tv/one is a different Secret, in another namespace); ${keep}`,
  ]);
  expect(
    await said({ [a]: file(secret('media', 'one')) }, { [a]: file(secret('media', 'two')) }),
  ).toHaveLength(1);
});

test('another type', async () => {
  expect(
    await said(
      { [a]: file(secret('media', 'one')) },
      { [a]: file(secret('media', 'one', ", type: 'example.org/x'")) },
    ),
  ).toEqual([
    "warning: dist/secrets-media: the type of media/one changes to example.org/x, but a Secret's type is immutable (Opaque): it stays as it is, not ready; after the push, delete it so that it is recreated: `kubectl -n media delete secret NAME`",
  ]);
});

test('a Secret that is not its own stays, or keeps its keys', async () => {
  const orphan = secret('media', 'one', ", creationPolicy: 'Orphan'");
  expect(
    await said({ [a]: file(orphan), 'src/secrets/b.ts': file(secret('media', 'two')) }, { [a]: undefined }),
  ).toEqual([
    'warning: dist/secrets-media: the push leaves the Secret media/one in the cluster (creationPolicy Orphan), but nothing refreshes it; delete it once no app needs it: `kubectl -n media delete secret NAME`',
  ]);
  const sops = {
    'apps/x.sops.yaml': `apiVersion: v1\nkind: Secret\nmetadata: {name: one, namespace: media}\nstringData: {own: 'ENC[AES256_GCM,data:YQ==,iv:YQ==,tag:YQ==,type:str]'}\nsops: {mac: 'ENC[AES256_GCM,data:YQ==,iv:YQ==,tag:YQ==,type:str]'}\n`,
  };
  const merge = secret('media', 'one', ", externalSecretName: 'more', creationPolicy: 'Merge'");
  expect(
    await said({ ...sops, [a]: file(merge, secret('media', 'two')) }, { [a]: file(secret('media', 'two')) }),
  ).toEqual([
    'warning: dist/secrets-media: the push leaves the added keys in the Secret media/one (creationPolicy Merge), but nothing refreshes them; remove them once no app needs them: `kubectl -n media edit secret NAME`',
  ]);
});

test('another name of the ExternalSecret, another Secret of it', async () => {
  expect(
    await said(
      { [a]: file(secret('media', 'one')) },
      { [a]: file(secret('media', 'one', ", externalSecretName: 'other'")) },
    ),
  ).toEqual([
    'warning: dist/secrets-media: the push deletes the Secret media/one, and recreates it, because its ExternalSecret is renamed to other; nothing to do if intended, but an app that starts in between does not find it',
  ]);
  expect(
    await said(
      { [a]: file(secret('media', 'one')) },
      { [a]: file(secret('media', 'two', ", externalSecretName: 'one', creationPolicy: 'Orphan'")) },
    ),
  ).toEqual([
    'warning: dist/secrets-media: the push leaves the Secret media/one as it is, but nothing refreshes it: its ExternalSecret now makes media/two; delete it once no app needs it: `kubectl -n media delete secret NAME`',
  ]);
  expect(
    await said(
      { [a]: file(secret('media', 'one')) },
      { [a]: file(secret('media', 'two', ", externalSecretName: 'one'")) },
    ),
  ).toEqual([
    'warning: dist/secrets-media: the push deletes the Secret media/one, and the same ExternalSecret makes media/two instead; if an app still reads the old one, keep it as an app secret with its own externalSecretName',
  ]);
});

test('a Secret that is created once stays as it is', async () => {
  const once = (more = '') => file(secret('media', 'one', `, refreshPolicy: 'CreatedOnce'${more}`));
  expect(await said({ [a]: once() }, { [a]: once(", template: { more: 'x' }") })).toEqual([
    'warning: dist/secrets-media: the change does not reach media/one: it is not updated (refreshPolicy CreatedOnce); after the push, to have it rewritten: `kubectl -n media annotate secret NAME reconcile.external-secrets.io/data-hash-`',
  ]);
  // Also when it becomes so in the same push.
  const before = file(secret('media', 'one'));
  expect(await said({ [a]: before }, { [a]: once(", template: { more: 'x' }") })).toHaveLength(1);
  expect(await said({ [a]: before }, { [a]: once() })).toEqual([]);
  expect(await said({ [a]: once() }, { 'src/settings.ts': settings("refreshInterval: '10m'") })).toEqual([]);
});

test('the namespaces of the settings', async () => {
  const before = { [a]: file(secret('media', 'one')) };
  expect(await said(before, { 'src/settings.ts': settings("namespace: 'eso'") })).toEqual([
    expect.stringMatching(
      /^warning: dist\/external-secrets: External Secrets Operator and Connect move from the namespace external-secrets to eso: .*; once the old ones are gone, run `flux reconcile helmrelease external-secrets -n eso --force`$/,
    ),
  ]);
  expect(await said(before, { 'src/settings.ts': settings("flux: { namespace: 'flux' }") })).toEqual([
    expect.stringMatching(
      /^warning: dist\/flux: the Flux Kustomizations move from the namespace flux-system to flux: .* including the Secrets media\/one; before the push, /,
    ),
  ]);
});

test('a part that becomes existing: the operator is uninstalled unless the units let go', async () => {
  const before = { [a]: file(secret('media', 'one')) };
  const existing = (more = '') => settings(`store: { existing: { name: 'onepassword' } }${more}`);
  expect(await said(before, { 'src/settings.ts': existing() })).toEqual([
    'warning: dist/external-secrets: the push uninstalls External Secrets Operator: Secrets stay, but none is created or refreshed until it is installed again; if another installation takes over, hand it over ("Hand it over" in docs/adoption.md)',
  ]);
  const lets = 'flux: { prune: false }';
  const gone = { [a]: undefined, 'src/settings.ts': existing(`, ${lets}`) };
  expect(await said({ ...before, 'src/settings.ts': settings(lets) }, gone)).toEqual([]);
});

test('a project that gets a name has other units', async () => {
  const before = { [a]: file(secret('media', 'one')) };
  const named = { 'src/settings.ts': settings("name: 'home'") };
  expect(await said(before, named)).toEqual([
    'warning: dist/external-secrets: the push uninstalls External Secrets Operator, and home-external-secrets installs it again, because its unit is renamed; restore the name, or first push only `flux: { prune: false }`',
    expect.stringMatching(
      /^warning: dist\/secrets-media: the push deletes the Secret media\/one, and home-secrets-media recreates it/,
    ),
  ]);
  const lets = { ...before, 'src/settings.ts': settings('flux: { prune: false }') };
  const then = { 'src/settings.ts': settings("name: 'home', flux: { prune: false }") };
  expect(await said(lets, then)).toEqual([]);
});

test('no warning for harmless changes: another file, key or item, a new one, a move in two steps', async () => {
  const one = secret('media', 'one');
  expect(await said({ [a]: file(one) }, { [a]: undefined, 'src/secrets/b.ts': file(one) })).toEqual([]);
  expect(
    await said(
      { [a]: file(one) },
      { [a]: file(one.replace('App', 'Other').replace('key:', 'other:'), secret('media', 'two')) },
    ),
  ).toEqual([]);
  const project = await makeProject({ files: { [a]: file(one) } });
  await project.synth();
  project.write(a, file(secret('media', 'one', ", unit: 'apart'")));
  expect((await project.synth()).err).not.toContain('the push deletes');
  expect((await project.synth('--finish-move')).err).not.toContain('the push deletes');
  project.write(a, file(one));
  expect((await project.synth('--finish-move')).err).toBe(
    'warning: dist/secrets-media-apart: the push deletes the Secret media/one, and secrets-media recreates it; restore it, and move it in two steps ("Move a secret" in docs/secrets.md)',
  );
});
