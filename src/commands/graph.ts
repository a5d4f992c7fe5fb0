import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command as Usage } from 'commander';
import { OperatorError } from '../errors.js';
import { unitGraph } from '../platform/graph.js';
import { composePlatform } from '../platform/platform.js';
import { resolveSettings } from '../platform/resolve-settings.js';
import { composeProject } from '../project.js';
import { parseArguments } from '../terminal/arguments.js';
import type { Command } from '../terminal/command.js';
import { print } from '../terminal/io.js';

/** `graph`: draws the units and their dependencies. */
export const graph: Command = async (project, args, io) => {
  const command = new Usage('npm run graph --')
    .description('Draw the units and their dependencies as a Mermaid flowchart.')
    .option('--write', 'put the flowchart of the default project, with one app secret, into README.md');
  const options = parseArguments<{ write?: true }>(command, args, io);
  if (!options) return 0;
  if (options.write) {
    const readme = join(project, 'README.md');
    const [, before, after] =
      /^([\s\S]*<!-- graph:[^\n]*-->\n)[\s\S]*?(<!-- \/graph -->[\s\S]*)$/.exec(
        readFileSync(readme, 'utf8'),
      ) ?? [];
    if (before === undefined || after === undefined) {
      const todo = 'put <!-- graph: --> and <!-- /graph --> where it goes, each on its own line';
      throw new OperatorError([{ where: 'README.md', what: 'has no place for the flowchart', todo }]);
    }
    writeFileSync(readme, `${before}\`\`\`mermaid\n${unitGraph(example())}\n\`\`\`\n${after}`);
    return 0;
  }
  const { platform, problems } = await composeProject(project, [], io);
  if (problems.length > 0) throw new OperatorError(problems);
  print(io.stdout, unitGraph(platform));
  return 0;
};

/** The default project with one app secret: the README's flowchart must not depend on local files. */
function example() {
  const secret = { namespace: 'app', name: 'app', item: 'App', keys: 'all' as const };
  return composePlatform({
    settings: resolveSettings({}, 'src/settings.ts').settings,
    prefix: '',
    credentials: undefined,
    secrets: [{ file: 'src/secrets/app.ts', secrets: [secret] }],
  }).platform;
}
