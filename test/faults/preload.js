// Loaded by node before coffer starts in a child process. It counts the file operations in given
// folders, lets one of them fail or ends the process there, and makes the clock run faster, so that
// waiting takes no time. What it did stands in a log.
import fs from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import { resolve } from 'node:path';
import timers from 'node:timers/promises';

const { folders, log, speed, fault } = JSON.parse(process.env.COFFER_FAULTS);
delete process.env.COFFER_FAULTS;

const note = fs.appendFileSync.bind(fs);
/** Which operations an error of the system can happen to. */
const CHANGES = ['open-new', 'write', 'sync', 'rename', 'link', 'mkdir', 'remove', 'change'];
const CONCERNS = {
  ENOSPC: ['open-new', 'write', 'sync', 'link', 'mkdir', 'rename'],
  EDQUOT: ['open-new', 'write', 'link', 'mkdir'],
  EROFS: CHANGES,
  EACCES: ['open', ...CHANGES],
  EMFILE: ['open', 'open-new', 'read', 'list'],
  EIO: ['open', 'open-new', 'read', 'list', ...CHANGES],
};

let operations = 0;
let concerned = 0;
const paths = new Map();
const handles = new WeakMap();

/** The path that an operation is about, when it is one of ours. */
function ours(path) {
  if (typeof path === 'number') return paths.get(path);
  if (typeof path === 'object' && handles.has(path)) return handles.get(path);
  if (typeof path !== 'string') return undefined;
  const whole = resolve(path);
  return folders.some((folder) => whole.startsWith(`${folder}/`)) ? whole : undefined;
}

function tell(what) {
  note(log, `${JSON.stringify(what)}\n`);
}

/** Comes before an operation: fails it or ends the process when it is the one. */
function before(kind, name, path) {
  operations += 1;
  if (!fault) return;
  if (fault.signal) {
    if (operations === fault.at && fault.when === 'before') end(name);
    return;
  }
  if (!CONCERNS[fault.errno].includes(kind)) return;
  concerned += 1;
  if (concerned < fault.at || concerned >= fault.at + fault.times) return;
  if (concerned === fault.at) tell({ happened: fault.errno, name });
  throw Object.assign(new Error(`${fault.errno}: made up, ${name} '${path}'`), {
    errno: -os.constants.errno[fault.errno],
    code: fault.errno,
    syscall: name,
    path,
  });
}

function after(name) {
  if (fault?.signal && operations === fault.at && fault.when === 'after') end(name);
}

function end(name) {
  tell({ happened: fault.signal, name, operations });
  process.kill(process.pid, fault.signal);
}

/** `open` for reading, or to make or change a file. */
function kindOfOpen(flags = 'r') {
  const isReading = flags === 'r' || flags === fs.constants.O_RDONLY;
  return isReading ? 'open' : 'open-new';
}

const SYNC = {
  openSync: (path, flags) => [kindOfOpen(flags), path],
  readFileSync: (path) => ['read', path],
  readdirSync: (path) => ['list', path],
  writeSync: (fd) => ['write', fd],
  writeFileSync: (path) => ['write', path],
  appendFileSync: (path) => ['write', path],
  ftruncateSync: (fd) => ['write', fd],
  fsyncSync: (fd) => ['sync', fd],
  renameSync: (_, to) => ['rename', to],
  linkSync: (_, to) => ['link', to],
  mkdirSync: (path) => ['mkdir', path],
  rmSync: (path) => ['remove', path],
  rmdirSync: (path) => ['remove', path],
  unlinkSync: (path) => ['remove', path],
  chmodSync: (path) => ['change', path],
  copyFileSync: (_, to) => ['open-new', to],
};
const ASYNC = {
  open: (path, flags) => [kindOfOpen(flags), path],
  readFile: (path) => ['read', path],
  readdir: (path) => ['list', path],
  writeFile: (path) => ['write', path],
  appendFile: (path) => ['write', path],
  rename: (_, to) => ['rename', to],
  link: (_, to) => ['link', to],
  mkdir: (path) => ['mkdir', path],
  mkdtemp: (prefix) => ['mkdir', prefix],
  rm: (path) => ['remove', path],
  rmdir: (path) => ['remove', path],
  unlink: (path) => ['remove', path],
  chmod: (path) => ['change', path],
  copyFile: (_, to) => ['open-new', to],
};
const OF_HANDLES = {
  write: 'write',
  writeFile: 'write',
  appendFile: 'write',
  truncate: 'write',
  sync: 'sync',
  datasync: 'sync',
  read: 'read',
  readFile: 'read',
  chmod: 'change',
};

for (const [name, describe] of Object.entries(SYNC)) {
  const original = fs[name];
  fs[name] = (...args) => {
    const [kind, subject] = describe(...args);
    const path = ours(subject);
    if (path === undefined) return original(...args);
    const isShort = name === 'writeSync' && fault?.errno === 'ENOSPC';
    try {
      before(kind, name, path);
    } catch (error) {
      // A disk that fills up takes the beginning first.
      if (isShort && typeof args[1] === 'string') original(args[0], args[1].slice(0, 10), args[2]);
      throw error;
    }
    const result = original(...args);
    if (name === 'openSync') paths.set(result, path);
    after(name);
    return result;
  };
}
const close = fs.closeSync;
fs.closeSync = (fd) => {
  paths.delete(fd);
  close(fd);
};

for (const [name, describe] of Object.entries(ASYNC)) {
  const original = promises[name];
  promises[name] = async (...args) => {
    const [kind, subject] = describe(...args);
    const path = ours(subject);
    if (path === undefined) return original(...args);
    before(kind, name, path);
    const result = await original(...args);
    if (name === 'open') handles.set(result, path);
    after(name);
    return result;
  };
}
const { open } = promises;
const some = await open('/dev/null');
const prototype = Object.getPrototypeOf(some);
await some.close();
for (const [name, kind] of Object.entries(OF_HANDLES)) {
  const original = prototype[name];
  prototype[name] = async function (...args) {
    const path = handles.get(this);
    if (path === undefined) return original.apply(this, args);
    before(kind, name, path);
    const result = await original.apply(this, args);
    after(name);
    return result;
  };
}

// Time.
const { setTimeout: wait, setInterval: repeat, Date: RealDate } = globalThis;
const start = RealDate.now();
const startOfCount = performance.now();
const count = performance.now.bind(performance);
class FastDate extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(FastDate.now());
    else super(...args);
  }
  static now() {
    return Math.round(start + (RealDate.now() - start) * speed);
  }
  static [Symbol.hasInstance](value) {
    return Object.prototype.toString.call(value) === '[object Date]';
  }
}
globalThis.Date = FastDate;
performance.now = () => startOfCount + (count() - startOfCount) * speed;
const later = timers.setTimeout;
globalThis.setTimeout = (work, ms, ...args) => wait(work, ms / speed, ...args);
globalThis.setInterval = (work, ms, ...args) => repeat(work, ms / speed, ...args);
timers.setTimeout = (ms, value, options) => later(ms / speed, value, options);

syncBuiltinESMExports();
process.on('exit', () => tell({ operations }));
