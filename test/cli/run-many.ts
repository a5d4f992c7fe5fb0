/** Runs commands, one after the other, in a process of their own, and prints their outcomes as JSON. */
import { json } from 'node:stream/consumers';
import { type CommandName, type RunOptions, runInProcess } from '../project.js';

/** A command as a test asks for it. */
export type Run = readonly [command: CommandName, args: readonly string[], env: RunOptions['env'] & {}];

const [project = ''] = process.argv.slice(2);
const outcomes = [];
for (const [command, args, env] of (await json(process.stdin)) as Run[]) {
  outcomes.push(await runInProcess(command, project, args, { env }));
}
process.stdout.write(JSON.stringify(outcomes));
