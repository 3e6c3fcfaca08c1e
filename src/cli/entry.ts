#!/usr/bin/env node
// The first file that Node loads. It is a CommonJS module, because Node starts these faster.
import { join } from 'node:path';
import { answerVersion } from './start/answer.ts';
import type * as commands from './start/commands.ts';

if (!answerVersion(process.argv.slice(2))) {
  // Only now: what it imports takes as long as the answer.
  const { startCommands } = require('./start/commands.ts') as typeof commands;
  startCommands(join(__dirname, 'commands.cjs'));
}
