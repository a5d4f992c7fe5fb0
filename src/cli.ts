/** The commands other than synth, as the npm scripts run them: `node --import tsx src/cli.ts COMMAND ...`. */
import { join } from 'node:path';
import { commands } from './commands/index.js';
import { UsageError } from './errors.js';
import { runProcess } from './terminal/process.js';

const [name = '', ...args] = process.argv.slice(2);

await runProcess(
  async (...input) => {
    const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (!load) throw new UsageError(`the commands are ${Object.keys(commands).join(', ')}`);
    return (await load())(...input);
  },
  join(import.meta.dirname, '..'),
  args,
);
