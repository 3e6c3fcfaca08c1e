#!/usr/bin/env node
// The first file that Node loads. It is a CommonJS module, because Node starts these faster.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerVersion } from './start/answer.ts';
import type * as commands from './start/commands.ts';

if (!answerVersion(process.argv.slice(2))) {
  // Only now: what it imports takes as long as the answer.
  const { startCommands } = require('./start/commands.ts') as typeof commands;
  const file = join(__dirname, 'commands.cjs');
  startCommands({ file, read: () => readFileSync(file, 'latin1'), program: process.argv[1] });
}
