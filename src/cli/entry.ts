#!/usr/bin/env node
// The first file that Node loads. It is a CommonJS module, because Node starts these faster.
import { openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { answerVersion } from './start/answer.ts';
import type * as commands from './start/commands.ts';

if (!answerVersion(process.argv.slice(2))) {
  // Only now: what it imports takes as long as the answer.
  const { startCommands } = require('./start/commands.ts') as typeof commands;
  const name = join(__dirname, 'commands.cjs');
  // It stays open: an update meanwhile may put another file in its place.
  const descriptor = openSync(name, 'r');
  const copy = (start: number, end: number, into: Buffer, offset: number) => {
    const size = end - start;
    if (readSync(descriptor, into, offset, size, start) !== size) throw new Error(`${name} is cut`);
  };
  startCommands({ name, copy, descriptor, program: process.argv[1] });
}
