// What a single executable runs first. The modules, and compiled code of commands, are its assets.
import { answerVersion } from './start/answer.ts';
import type * as codeCache from './start/code-cache.ts';
import type * as commands from './start/commands.ts';
import type * as keptFile from './start/kept-file.ts';

/** The part of node:sea that this uses; Node 20's types do not have it. */
interface Assets {
  getRawAsset: (name: string) => ArrayBuffer;
}

if (!answerVersion(process.argv.slice(2))) {
  const { startCommands } = require('./start/commands.ts') as typeof commands;
  const { findCode } = require('./start/code-cache.ts') as typeof codeCache;
  const { contentOfCopy } = require('./start/kept-file.ts') as typeof keptFile;
  const { getRawAsset } = require('node:sea') as Assets;
  const asset = (name: string) => Buffer.from(getRawAsset(name));
  const codeOf = (command: string) => {
    try {
      return contentOfCopy(asset(`code/${command}`));
    } catch {
      return undefined;
    }
  };
  const modules = asset('commands.cjs');
  startCommands({
    name: 'commands.cjs',
    copy: (start, end, into, offset) => void modules.copy(into, offset, start, end),
    codeOf: (argv) => findCode(argv, codeOf),
    program: process.execPath,
  });
}
