// SPDX-License-Identifier: Apache-2.0
// A person signs in to the account page through the connector of the guide.
import assert from 'node:assert/strict';
import { Visitor } from '../lib/visitor.mjs';

const account = 'http://localhost:8090/account';
const visitor = new Visitor();
await visitor.walk(account, account, { name: 'Grace Hopper' }, ['connector-acme']);
const page = await visitor.send(account);
assert.equal(page.status, 200);
assert.ok(page.text.includes('Grace Hopper'), page.text);
