/**
 * `npm run import`: writes the TypeScript of this folder anew, offline and byte for byte the same.
 *
 * In: the CRD files that `cdk8s.yaml` lists (`imports/crds/`) and the charts' value schemas
 * (`imports/charts/*.values.schema.json`). Out: one module for each API group and one
 * `<chart>.values.ts` for each chart.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile, type JSONSchema } from 'json-schema-to-typescript';

const here = import.meta.dirname;
const charts = join(here, 'charts');
const suffix = '.values.schema.json';

/** A schema that lists properties means all of them, so that a misspelt value does not compile. */
function close(schema: JSONSchema): JSONSchema {
  return JSON.parse(JSON.stringify(schema), (_key, value) =>
    value?.properties && value.type === 'object' && value.additionalProperties === undefined
      ? { ...value, additionalProperties: false }
      : value,
  );
}

function typeName(chart: string): string {
  return `${chart.replace(/(^|-)(\w)/g, (_all, _dash, letter: string) => letter.toUpperCase())}Values`;
}

execFileSync('cdk8s', ['import', '--no-check-upgrade'], { cwd: join(here, '..'), stdio: 'inherit' });

for (const file of readdirSync(charts).sort()) {
  if (!file.endsWith(suffix)) continue;
  const chart = file.slice(0, -suffix.length);
  const schema = close(JSON.parse(readFileSync(join(charts, file), 'utf8')));
  const source = await compile(schema, typeName(chart), {
    additionalProperties: true,
    bannerComment: `// Made by \`npm run import\` from charts/${file}.`,
    ignoreMinAndMaxItems: true,
  });
  writeFileSync(join(here, `${chart}.values.ts`), source);
}
