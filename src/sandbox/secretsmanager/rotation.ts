import type { Fields } from '../json/fields.ts';
import type { Handlers } from '../json/service.ts';
import { changeable, invalidRequest } from './lookup.ts';
import type { SecretStore } from './model.ts';
import { saveWithReplicas } from './replicas.ts';
import { tokenOf } from './versions.ts';

/** Turns rotation on and off; nothing is ever rotated. */
export const rotationHandlers: Handlers<SecretStore> = {
  RotateSecret(store, input, call) {
    tokenOf(input);
    const asked = input.optionalText('RotationLambdaARN', { max: 2048 });
    const given = input.object('RotationRules');
    const rules = given && rulesOf(given);
    const secret = changeable(store, input, call, 'RotateSecret');
    const lambda = asked ?? secret.rotation?.lambda;
    if (lambda === undefined) {
      throw invalidRequest('No Lambda rotation function ARN is associated with this secret.');
    }
    const rotation = { ...secret.rotation, ...(rules && { rules }), isEnabled: true, lambda };
    saveWithReplicas(store, call, { ...secret, rotation, changedAt: call.now });
    return { ARN: secret.arn, Name: secret.name };
  },

  CancelRotateSecret(store, input, call) {
    const secret = changeable(store, input, call, 'CancelRotateSecret');
    if (secret.rotation === undefined) {
      throw invalidRequest('The secret is not configured for rotation.');
    }
    const rotation = { ...secret.rotation, isEnabled: false };
    saveWithReplicas(store, call, { ...secret, rotation, changedAt: call.now });
    return { ARN: secret.arn, Name: secret.name };
  },
};

function rulesOf(rules: Fields): object {
  return {
    AutomaticallyAfterDays: rules.integer('AutomaticallyAfterDays', { min: 1, max: 1000 }),
    Duration: rules.optionalText('Duration', { min: 2, max: 3 }),
    ScheduleExpression: rules.optionalText('ScheduleExpression', { min: 1, max: 256 }),
  };
}
