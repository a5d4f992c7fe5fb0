import { synth } from './src/commands/synth.js';
import { runProcess } from './src/terminal/process.js';

await runProcess(synth, import.meta.dirname, process.argv.slice(2));
