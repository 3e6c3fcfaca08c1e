#!/usr/bin/env node
// The first file that Node loads. It is a CommonJS module, because Node starts these faster.
import { openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { answerVersion } from './start/answer.ts';
import type * as commands from './start/commands.ts';

/** The build sets this: a hash of the modules, which stands at the beginning of their file. */
declare const COFFER_BUNDLE: string;

const HEAD_BYTES = 64;

if (!answerVersion(process.argv.slice(2))) {
  // Only now: what it imports takes as long as the answer.
  const { startCommands } = require('./start/commands.ts') as typeof commands;
  const name = join(__dirname, 'commands.cjs');
  // It stays open: an update meanwhile may put another file in its place.
  const descriptor = openSync(name, 'r');
  const read = (into: Buffer, offset: number, size: number, start: number) => {
    if (readSync(descriptor, into, offset, size, start) !== size) refuse(name);
  };
  const head = Buffer.alloc(HEAD_BYTES);
  const copy = (start: number, end: number, into: Buffer, offset: number) => {
    read(into, offset, end - start, start);
    // An update may also write into the file.
    read(head, 0, HEAD_BYTES, 0);
    if (!head.includes(COFFER_BUNDLE)) refuse(name);
  };
  startCommands({ name, copy, descriptor, program: process.argv[1] });
}

function refuse(name: string): never {
  process.stderr.write(
    `coffer: error: ${name} is of another version\n  hint: install coffer again, then run it again\n`,
  );
  process.exit(1);
}
