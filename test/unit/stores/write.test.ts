import { describe, expect, test } from 'vitest';
import type { ObjectWriter } from '../../../src/stores/port.ts';
import { changeTask, saveTask } from '../../../src/stores/write.ts';
import { useAws } from '../../support/aws.ts';
import { failureOf } from '../../support/failure.ts';
import { parametersOf } from '../../support/services.ts';
import { actual, changeOf, desired, pointer } from '../plan/states.ts';
import { createPatience } from './waits.ts';

const aws = await useAws();
const parameters = parametersOf(aws);
const { patience } = createPatience();

const writing = (objects?: ObjectWriter) => ({
  parameters,
  patience,
  objects,
  versions: new Map<string, number>(),
});
const valueOf = async (name: string) => (await parameters.getMany([name])).get(name)?.value;
const put = (name: string, value: string) =>
  parameters.put({ name, value, type: 'String', overwrite: true });

/** Publishes nothing, and notes what the parameter holds while its object is published. */
function createWriter() {
  const held: (string | undefined)[] = [];
  const writer: ObjectWriter = {
    check: () => Promise.resolve(),
    publish: async (name) => void held.push(await valueOf(name)),
    keep: () => Promise.resolve(),
  };
  return { held, writer };
}

describe('an object is published before its pointer is written', () => {
  test.each([undefined, 'what was there before'])('by sync, over %s', async (before) => {
    const wanted = pointer(`/${aws.unique('write')}/blob`);
    const version = before === undefined ? 0 : await put(wanted.name, before);
    const there = version === 0 ? undefined : actual(wanted.name, { value: before, version });
    const { held, writer } = createWriter();
    const missing = { objects: new Map([[wanted.name, { fault: 'missing' }]]) };
    await changeTask(changeOf(wanted, there, missing), writing(writer)).run();
    expect(held).toEqual([before]);
    expect(await valueOf(wanted.name)).toBe(wanted.value);
  });

  test('by save', async () => {
    const wanted = pointer(`/${aws.unique('write')}/blob`);
    const { held, writer } = createWriter();
    await saveTask(wanted, writing(writer)).run();
    expect(held).toEqual([undefined]);
    expect(await valueOf(wanted.name)).toBe(wanted.value);
  });
});

describe('what somebody else wrote after the plan was made', () => {
  test('stays if they created the parameter', async () => {
    const name = `/${aws.unique('write')}/taken`;
    const task = changeTask(changeOf(desired(name), undefined), writing());
    await put(name, 'theirs');
    expect((await failureOf(task.run)).code).toBe('conflict');
    expect(await valueOf(name)).toBe('theirs');
  });

  test('is named if it was replaced', async () => {
    const name = `/${aws.unique('write')}/changed`;
    const version = await put(name, 'old');
    const change = changeOf(desired(name), actual(name, { value: 'old', version }));
    await put(name, 'theirs');
    const failure = await failureOf(changeTask(change, writing()).run);
    expect(failure.code).toBe('conflict');
    expect(failure.hint).toContain(`coffer get ${name}@2`);
  });
});
