import type { Handlers } from '../json/service.ts';
import { Refusal } from '../refusal.ts';
import type { KeyRing } from './keyring.ts';
import { keyIdOf, managedByCaller, metadata } from './keys.ts';
import { policyOf, readPolicy } from './policy.ts';

/** Multi-Region keys: a primary key, and replicas with the same id and material elsewhere. */
export const replicaHandlers: Handlers<KeyRing> = {
  ReplicateKey(ring, input, call) {
    const region = input.text('ReplicaRegion', { min: 1, max: 32 });
    const description = input.optionalText('Description', { max: 8192 }) ?? '';
    const primary = managedByCaller(ring, input, call, 'kms:ReplicateKey');
    if (primary.primaryRegion !== primary.region) {
      throw new Refusal(
        'UnsupportedOperationException',
        `${keyIdOf(input)} is not a multi-Region primary key.`,
      );
    }
    if (ring.keys.has(`${region}/${primary.id}`)) {
      throw new Refusal('AlreadyExistsException', `${primary.id} exists in ${region} already.`);
    }
    const { id, material, primaryRegion, rotationDays } = primary;
    // A replica has a policy of its own, not that of its primary key.
    const policy = readPolicy(input, call);
    const own = { description, ...(policy === undefined ? {} : { policy }) };
    const shared = { id, material, primaryRegion, rotationDays };
    const replica = ring.create({ ...call.home, region }, { ...shared, ...own }, call.now);
    return { ReplicaKeyMetadata: metadata(ring, replica), ReplicaPolicy: policyOf(replica) };
  },
};
