import { jsonService } from '../json/service.ts';
import type { JsonService } from '../json/service.ts';
import { changeHandlers } from './change.ts';
import { getHandlers } from './get.ts';
import type { ParameterStore } from './model.ts';
import { tagHandlers } from './tags.ts';

export function ssmService(store: ParameterStore): JsonService {
  return jsonService('ssm', store, { ...changeHandlers, ...getHandlers, ...tagHandlers });
}
