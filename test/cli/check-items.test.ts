import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { problemLine } from '../../src/errors.js';
import { connectData, token } from '../connect/data.js';
import { fakeOp } from '../connect/fake-op.js';
import { type ConnectServer, startConnect } from '../connect/server.js';
import { makeProject } from '../project.js';

const script = 'check-items';

async function start(respond?: Parameters<typeof startConnect>[2]): Promise<ConnectServer> {
  const server = await startConnect(connectData, 0, respond);
  onTestFinished(() => server.close());
  return server;
}

/** A file under src/secrets/ from the properties of its secrets. */
function secrets(...props: readonly string[]): string {
  const list = props.map((one, index) => `appSecret({ namespace: 'apps', name: 's${index}', ${one} })`);
  return `import { appSecret } from '#cluster-secrets';\n\nexport default [${list.join(', ')}];\n`;
}

function projectWith(...props: readonly string[]) {
  return makeProject({ files: { 'src/secrets/app.ts': secrets(...props) } });
}

const access = ({ url }: ConnectServer) => ({ OP_CONNECT_HOST: url, OP_CONNECT_TOKEN: token });

/** What check-items finds wrong: item, field and problem. */
async function problems(...props: readonly string[]): Promise<unknown[]> {
  const project = await projectWith(...props);
  const { out } = await project.run(script, ['--json'], { env: access(await start()) });
  const { checks } = JSON.parse(out) as {
    checks: { item: string; field?: string; problem?: string; closest: string[] }[];
  };
  return checks
    .filter(({ problem }) => problem !== undefined)
    .map(({ item, field, problem, closest }) => [item, field, problem, ...closest]);
}

test('all found: a table, no colours, exit 0, and each item read once', async () => {
  const project = await projectWith(
    "item: 'Grafana', keys: { password: 'password', user: 'admin user' }",
    "item: 'Grafana', keys: { ca: { file: 'ca.pem' } }, template: { x: '{{ .api_key }} {{ ._2nd_factor }}' }",
  );
  const server = await start();
  const { code, out, err } = await project.run(script, [], { env: access(server) });
  expect(err).toBe('');
  expect(out).toBe(`SECRET   ITEM     FIELD         FOUND
apps/s0  Grafana  password      yes
apps/s0  Grafana  admin user    yes
apps/s1  Grafana  file ca.pem   yes
apps/s1  Grafana  .api_key      yes
apps/s1  Grafana  ._2nd_factor  yes
5 checked in Kubernetes through Connect: all found`);
  expect(code).toBe(0);
  const [vaults, items, item, ...more] = server.requests;
  expect(vaults).toBe('GET /v1/vaults/ 200');
  expect(items).toMatch(/^GET \/v1\/vaults\/\w{26}\/items 200$/);
  expect(item).toMatch(/^GET \/v1\/vaults\/\w{26}\/items\/\w{26} 200$/);
  expect(more).toEqual([]);
});

test('missing ones: one line each with the closest name, exit code 1', async () => {
  const project = await projectWith(
    "item: 'Grafena', keys: { password: 'password' }",
    "item: 'Grafana', keys: { password: 'Password', ca: { file: 'ca.crt' } }",
  );
  const { code, out, err } = await project.run(script, [], { env: access(await start()) });
  expect(code).toBe(1);
  expect(err).toBe(
    [
      "src/secrets/app.ts: apps/s0: Grafena: no item with this title in Kubernetes; did you mean 'Grafana'?",
      "src/secrets/app.ts: apps/s1: Grafana: Password: no field with this label; did you mean 'password'?",
      "src/secrets/app.ts: apps/s1: Grafana: file ca.crt: no such file, only 'ca.pem'; correct it there or in 1Password",
    ].join('\n'),
  );
  expect(out).toContain(
    'apps/s0  Grafena               no: no item with this title in Kubernetes; did you mean',
  );
  expect(out).toMatch(/\n3 checked in Kubernetes through Connect: 3 not found$/);
});

test('ambiguous items and labels', async () => {
  const twice = connectData.items.filter(({ title }) => title === 'Twice').map(({ id }) => id);
  expect(
    await problems(
      "item: 'Twice', keys: { password: 'password' }",
      `item: '${twice[0]}', keys: { password: 'password' }`,
      "item: 'Repeated', keys: { password: 'password' }",
      "item: 'Repeated', keys: { password: { file: 'x' } }",
      "item: 'Collide', keys: { password: 'password' }",
      // By its exact text: no matter what looks like it.
      "item: 'Collide', keys: { a: 'a b' }",
      "item: 'Collide', keys: { p: 'password' }, template: { a: '{{ .a_b }}' }",
      "item: 'Umlaut', keys: 'all'",
      "item: 'Collide', keys: 'all', template: { p: '{{ .password }}' }",
      "item: 'Collide', keys: 'all'",
    ),
  ).toEqual([
    ['Twice', undefined, `vault Kubernetes has 2 items with this title: ${twice.join(', ')}`],
    ['Repeated', 'token', "2 fields have this name, so External Secrets Operator can't read the item"],
    ['Repeated', 'file x', 'no such file, and the item has none'],
    ['Collide', '.a_b', "'a b' and 'a-b' would share the name a_b"],
    ['Umlaut', 'all fields', "'Schlüssel' is not a valid Secret key"],
    ['Collide', 'all fields', "'a b' and 'a-b' would share the name a_b"],
  ]);
});

test('templates, aliases and Documents', async () => {
  expect(
    await problems(
      "item: 'Grafana', template: { a: '{{ .pasword | b64enc }} {{ with .username }}{{ .inner }}{{ $.nope }}{{ end }}' }",
      "items: { g: 'Grafana', r: 'Collide' }, keys: { a: { item: 'g', field: 'api-key' }, b: { item: 'r', field: 'username' } }, template: { t: '{{ .g_password }}{{ .g_2nd_factor }}{{ .r_passwort }}' }",
      "item: 'Kubeconfig', keys: 'all'",
      "item: 'Kubeconfig', keys: { config: { file: 'config.yaml' } }",
      "item: 'Kubeconfig', keys: { notes: 'notesPlain' }",
    ),
  ).toEqual([
    ['Grafana', '.pasword', 'no field has this name in templates', '.password'],
    ['Grafana', '.nope', 'no field has this name in templates'],
    ['Collide', 'username', "no field with this label, only 'a b', 'a-b', 'password'"],
    ['Collide', '.r_passwort', 'no field has this name in templates', '.r_password'],
    ['Kubeconfig', 'notesPlain', 'External Secrets Operator reads only the files of a Document'],
  ]);
});

test('items without a prefix: a shared label, and a missing name', async () => {
  const list = "items: ['Collide', 'Umlaut', 'Grafana'], keys: 'all'";
  const other = "'Collide' has the same label, and only this item's field would reach the Secret";
  expect(
    await problems(
      list,
      `${list}, template: { t: '{{ .username }} {{ .usernam }}' }`,
      "items: ['Only shared', 'Nowhere'], keys: 'all', template: { t: '{{ .nope }}' }",
    ),
  ).toEqual([
    ['Umlaut', 'all fields', "'Schlüssel' is not a valid Secret key"],
    ['Grafana', 'password', other],
    // With a template, other labels end in one name.
    ['Collide', 'all fields', "'a b' and 'a-b' would share the name a_b"],
    ['Grafana', 'password', other],
    ['Collide, Umlaut, Grafana', '.usernam', 'no field has this name in templates', '.username'],
    ['Only shared', undefined, expect.stringContaining('no item')],
    // What is missing may have the field.
    ['Nowhere', undefined, expect.stringContaining('no item')],
  ]);
});

test('templates in a ConfigMap: that the item is there, and nothing about its fields', async () => {
  const templateFrom = "templateFrom: [{ configMap: 'texts', keys: ['a'] }]";
  const project = await projectWith(`item: 'Grafana', ${templateFrom}`, `item: 'Nowhere', ${templateFrom}`);
  const { code, out } = await project.run(script, [], { env: access(await start()) });
  expect(code).toBe(1);
  expect(out.split('\n')).toEqual([
    'SECRET   ITEM     FIELD  FOUND',
    'apps/s0  Grafana         yes',
    expect.stringMatching(/^apps\/s1 {2}Nowhere {9}no: no item with this title/),
    '2 checked in Kubernetes through Connect: 1 not found',
  ]);
});

test('reports one secret in several namespaces once', async () => {
  const project = await makeProject({
    files: {
      'src/secrets/app.ts':
        "export default { namespaces: ['a', 'b'], name: 'x', item: 'Grafana', keys: { p: 'passwor' } };",
    },
  });
  const { code, out, err } = await project.run(script, [], { env: access(await start()) });
  expect(code).toBe(1);
  expect(out.split('\n')).toHaveLength(3);
  expect(err).toBe(
    "src/secrets/app.ts: a/x, b/x: Grafana: passwor: no field with this label; did you mean 'password'?",
  );
});

test('vaults are searched in order, and the first that has the title wins', async () => {
  const project = await projectWith(
    "item: 'Grafana', keys: { password: 'password' }",
    "item: 'Only shared', keys: { password: 'password' }",
  );
  const settings = (vaults: string) =>
    `import { defineSettings } from '#cluster-secrets';\n\nexport default defineSettings({ vaults: ${vaults} });\n`;
  const env = access(await start());
  project.write('src/settings.ts', settings("['Kubernetes', 'Shared']"));
  expect(await project.run(script, [], { env })).toMatchObject({ code: 0, err: '' });
  project.write('src/settings.ts', settings("['Shared', 'Kubernetes']"));
  expect((await project.run(script, [], { env })).err).toBe(
    "src/secrets/app.ts: apps/s0: Grafana: password: no field with this label, only 'elsewhere'; correct it there or in 1Password",
  );
  const [, shared] = connectData.vaults;
  project.write('src/settings.ts', settings(`['Kubernetes', '${shared?.id}']`));
  expect(await project.run(script, [], { env })).toMatchObject({ code: 0, err: '' });
});

test('unreachable, wrong token, no access: each says its way out', async () => {
  const project = await projectWith("item: 'Grafana', keys: { password: 'password' }");
  const server = await start();
  const said = async (env: Record<string, string>) => {
    const { code, out, err } = await project.run(script, [], { env });
    expect([code, out]).toEqual([1, '']);
    return err;
  };
  const dead = await startConnect(connectData);
  await dead.close();
  expect(
    await Promise.all([
      said({ ...access(server), OP_CONNECT_HOST: dead.url }),
      said({ ...access(server), OP_CONNECT_TOKEN: 'wrong' }),
    ]),
  ).toEqual([
    `${dead.url}/: Connect does not answer (ECONNREFUSED); correct OP_CONNECT_HOST, or run \`kubectl -n external-secrets port-forward service/onepassword 8080:80\` and set it to http://localhost:8080`,
    'OP_CONNECT_TOKEN: Connect rejects this token (401): it is wrong, expired or revoked; make one for this Connect server with `op connect token create`',
  ]);
  project.write(
    'src/settings.ts',
    "import { defineSettings } from '#cluster-secrets';\n\nexport default defineSettings({ vaults: ['kubernetes', 'Private'] });\n",
  );
  const noAccess = "no such vault, or OP_CONNECT_TOKEN can't read it (it can read: Kubernetes, Shared)";
  expect(await said(access(server))).toBe(
    [
      `vault 'kubernetes': ${noAccess}; did you mean 'Kubernetes'? correct vaults in src/settings.ts, or make a token that can read this vault`,
      `vault 'Private': ${noAccess}; correct vaults in src/settings.ts, or make a token that can read this vault`,
    ].join('\n'),
  );
  const [kubernetes] = connectData.vaults;
  project.write(
    'src/settings.ts',
    `import { defineSettings } from '#cluster-secrets';\n\nexport default defineSettings({ vaults: ['${kubernetes?.id}'] });\n`,
  );
  const scoped = await start((request, response) => {
    if (!request.url?.endsWith('/items')) return false;
    response.writeHead(403).end('{"status":403,"message":"not in scope"}');
    return true;
  });
  expect(await said(access(scoped))).toBe(
    `vault '${kubernetes?.id}': ${noAccess}; correct vaults in src/settings.ts, or make a token that can read this vault`,
  );
});

test('not a Connect server: a redirect, a web page, a failure, no address', async () => {
  const project = await projectWith("item: 'Grafana', keys: { password: 'password' }");
  const said = async (status: number, body: string) => {
    const server = await start((_, response) => {
      response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end(body);
      return true;
    });
    const { code, err } = await project.run(script, [], { env: access(server) });
    expect(code).toBe(1);
    expect(server.requests).toHaveLength(1);
    return err.replace(server.url, 'HOST');
  };
  expect(await Promise.all([said(302, ''), said(200, '<html>'), said(500, '{}'), said(403, '{}')])).toEqual([
    'HOST/: redirects elsewhere (302), and the token is not sent there; set OP_CONNECT_HOST to the address of Connect itself',
    'HOST/: does not answer like Connect; set OP_CONNECT_HOST to the address of Connect',
    'HOST/: Connect failed (500); look for the cause in `kubectl -n external-secrets logs deployment/onepassword -c connect-api`',
    'OP_CONNECT_TOKEN: Connect denies this token access (403); make one with `op connect token create` that can read the vaults in src/settings.ts',
  ]);
  for (const body of ['null', '{"id":"x"}', '[null]', '[{"name":"Kubernetes"}]']) {
    expect(await said(200, body)).toBe(
      'HOST/: does not answer like Connect; set OP_CONNECT_HOST to the address of Connect',
    );
  }
  const env = { OP_CONNECT_HOST: 'localhost:8080', OP_CONNECT_TOKEN: token };
  expect((await project.run(script, [], { env })).err).toBe(
    'OP_CONNECT_HOST: is not an HTTP URL; set it to one such as http://localhost:8080',
  );
});

test('neither a list of items nor an item', async () => {
  const project = await projectWith("item: 'Grafana', keys: { password: 'password' }");
  const said = async (path: RegExp, body: string) => {
    const server = await start((request, response) => {
      if (!path.test(request.url ?? '')) return false;
      response.end(body);
      return true;
    });
    const { code, err } = await project.run(script, [], { env: access(server) });
    return [code, err.replace(server.url, 'HOST')];
  };
  const lists = ['null', '{}', '[null]', '[7]'].map((body) => said(/\/items$/, body));
  const items = ['null', '[]', '{"fields":[null]}', '{"files":{}}', '{"fields":[{"label":1}]}'];
  const all = await Promise.all([...lists, ...items.map((body) => said(/\/items\/\w+$/, body))]);
  for (const one of all) {
    expect(one).toEqual([
      1,
      'HOST/: does not answer like Connect; set OP_CONNECT_HOST to the address of Connect',
    ]);
  }
  const empty = await said(/\/items\/\w+$/, '{"fields":null}');
  expect(empty[1]).toContain('Grafana: password: no field with this label, and the item has none');
});

test('--json prints errors as JSON', async () => {
  const project = await projectWith("item: 'Grafana', keys: { password: 'password' }");
  const { code, out, err } = await project.run(script, ['--json'], { env: { PATH: '/nowhere' } });
  expect(code).toBe(1);
  const { ok, problems } = JSON.parse(out);
  expect(ok).toBe(false);
  expect(problems.map(problemLine)).toEqual([err]);
});

test('reports an empty field or file unless its key may be empty, and never a value', async () => {
  const empty = [
    { id: 'empty'.padEnd(26, '0'), vault: 'Kubernetes', title: 'Empty', ...emptyContents() },
    { id: 'both'.padEnd(26, '0'), vault: 'Shared', title: 'Elsewhere', fields: [{ label: 'a', value: 'x' }] },
  ];
  const server = await startConnect({ ...connectData, items: [...connectData.items, ...empty] }, 0);
  onTestFinished(() => server.close());
  const project = await projectWith(
    "item: 'Empty', keys: { a: 'username', b: 'password', c: { file: 'void' } }",
    "item: 'Empty', keys: { a: { field: 'username', mayBeEmpty: true } }",
    "item: 'Empty', template: { a: '{{ .username }}', b: '{{ .username | default `x` }}' }",
    "item: 'Empty', template: { b: '{{ .username | default `x` }}' }",
  );
  const { code, out, err } = await project.run(script, [], { env: access(server) });
  expect(code).toBe(1);
  expect(out).toContain('6 checked in Kubernetes through Connect: 3 empty');
  expect(err.split('\n')).toEqual([
    "src/secrets/app.ts: apps/s0: Empty: username: the field is empty, so no Secret would be written; fill it in, or write { field: 'username', mayBeEmpty: true }",
    "src/secrets/app.ts: apps/s0: Empty: file void: the file is empty, so no Secret would be written; fill it in, or write { file: 'void', mayBeEmpty: true }",
    'src/secrets/app.ts: apps/s2: Empty: .username: the field is empty, so no Secret would be written; fill it in, or add a default to the template: {{ .username | default "" }}',
  ]);
  const json = await project.run(script, ['--json'], { env: access(server) });
  const { checks } = JSON.parse(json.out) as { checks: { field: string; empty?: boolean }[] };
  expect(checks.map(({ field, empty }) => [field, empty])).toEqual([
    ['username', true],
    ['password', false],
    ['file void', true],
    ['username', true],
    ['.username', true],
    ['.username', true],
  ]);
});

function emptyContents() {
  return {
    fields: [{ label: 'username' }, { label: 'password', value: 'x' }],
    files: [{ id: 'void'.padEnd(26, '0'), name: 'void', content: '' }],
  };
}

test('looks up an ID in the first vault only, like External Secrets Operator', async () => {
  const shared = connectData.items.find(({ title }) => title === 'Only shared')?.id ?? '';
  const first = connectData.items.find(({ title }) => title === 'Umlaut')?.id ?? '';
  const project = await projectWith(
    `item: '${shared}', keys: { p: 'password' }`,
    `item: '${first}', keys: { p: 'Schlüssel' }`,
    "item: 'Only shared', keys: { p: 'password' }",
    "item: 'Grafana', keys: { p: 'elsewhere' }",
  );
  project.write('src/settings.ts', "export default { vaults: ['Kubernetes', 'Shared'] };\n");
  const { err } = await project.run(script, [], { env: access(await start()) });
  expect(err.split('\n')).toEqual([
    `src/secrets/app.ts: apps/s0: ${shared}: it is in Shared, and External Secrets Operator looks up IDs in the first vault only, Kubernetes: write the item's title; correct it there or in 1Password`,
    expect.stringMatching(/s3: Grafana: elsewhere: no field with this label/),
  ]);
});

test('at most four requests at once', async () => {
  const items = Array.from({ length: 24 }, (_, index) => ({
    id: `many${String(index).padStart(22, '0')}`,
    vault: 'Kubernetes',
    title: `item ${index}`,
    fields: [{ label: 'password', value: 'x' }],
  }));
  const waiting: ServerResponse[] = [];
  // Answers only when four are waiting: fewer at once would never end.
  const server = await startConnect({ ...connectData, items }, 0, (request, response) => {
    if (!/\/items\/./.test(request.url ?? '')) return false;
    waiting.push(response);
    if (waiting.length === 4)
      for (const one of waiting.splice(0)) one.end('{"fields":[{"label":"password","value":"x"}]}');
    return true;
  });
  onTestFinished(() => server.close());
  const project = await projectWith(...items.map(({ title }) => `item: '${title}', keys: { p: 'password' }`));
  expect((await project.run(script, [], { env: access(server) })).code).toBe(0);
  expect(server.requests).toHaveLength(2 + items.length);
  expect(server.atOnce).toBe(4);
});

test('through op: the same answers, each item read once', async () => {
  const project = await projectWith(
    "item: 'Grafana', keys: { password: 'password', ca: { file: 'ca.pem' } }",
    "item: 'Grafana', keys: { password: 'pasword' }",
    "item: 'Kubeconfig', keys: 'all'",
  );
  const { PATH, log } = fakeOp(connectData);
  const { code, out, err } = await project.run(script, [], { env: { PATH } });
  expect(err).toBe(
    "src/secrets/app.ts: apps/s1: Grafana: pasword: no field with this label; did you mean 'password'?",
  );
  expect(out).toMatch(/4 checked in Kubernetes through op: 1 not found$/);
  expect(code).toBe(1);
  const id = (title: string) => connectData.items.find((item) => item.title === title)?.id;
  const [vault] = connectData.vaults;
  const calls = readFileSync(log, 'utf8').trim().split('\n');
  expect(calls.slice(0, 2)).toEqual(['whoami', 'item list --vault=Kubernetes --format=json']);
  expect(calls.slice(2).sort()).toEqual(
    ['Grafana', 'Kubeconfig']
      .map((title) => `item get ${id(title)} --vault=${vault?.id} --format=json`)
      .sort(),
  );
});

test('through op: no such vault, nobody signed in, not installed', async () => {
  const project = await projectWith("item: 'Grafana', keys: { password: 'password' }");
  const said = async (env: Record<string, string>) => (await project.run(script, [], { env })).err;
  expect(await said({ PATH: fakeOp({ ...connectData, vaults: [] }).PATH })).toBe(
    'op item list --vault=Kubernetes --format=json: finds no such vault in your account; correct vaults in src/settings.ts, or sign in to an account that can read it',
  );
  const todo = 'set both to reach Connect, or install the 1Password CLI and sign in with `op signin`';
  expect(await said({ PATH: fakeOp(undefined).PATH, OP_CONNECT_HOST: 'http://localhost' })).toBe(
    `1Password: can't be read: OP_CONNECT_TOKEN not set, and op is not signed in; ${todo}`,
  );
  expect(await said({ PATH: '/nowhere' })).toBe(
    `1Password: can't be read: OP_CONNECT_HOST and OP_CONNECT_TOKEN not set, and op is not installed; ${todo}`,
  );
});

test('nothing declared, wrong arguments, wrong files', async () => {
  const project = await makeProject();
  expect(await project.run(script)).toEqual({
    code: 0,
    out: 'nothing to check: src/secrets/ declares no app secrets',
    err: '',
  });
  const wrong = await project.run(script, ['--jsn']);
  expect(wrong.code).toBe(2);
  expect(wrong.err).toMatch(/^error: unknown option '--jsn'\n.*--json/s);
  project.write('src/secrets/app.ts', secrets("item: 'x'"));
  expect((await project.run(script)).err).toBe(
    "src/secrets/app.ts: apps/s0: keys: is missing, so the Secret would have no keys; write { key: 'label' }, or 'all'",
  );
});
