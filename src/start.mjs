#!/usr/bin/env node
// Entry point, in plain JavaScript that any Node can run: an old Node or missing dependencies then end in one
// line instead of a stack trace.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 12)) {
  console.error(`Node ${process.versions.node} is too old: cluster-secrets needs Node 20.12 or newer`);
  process.exit(1);
}

// The package has compiled JavaScript next to this file; its repository has TypeScript.
const compiled = new URL('./cli.js', import.meta.url);
const isCompiled = existsSync(fileURLToPath(compiled));
try {
  if (!isCompiled) (await import('tsx/esm/api')).register();
} catch (error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.error('the dependencies are not installed: run `npm ci`');
  process.exit(1);
}
await import(isCompiled ? compiled.href : new URL('./cli.ts', import.meta.url).href);
