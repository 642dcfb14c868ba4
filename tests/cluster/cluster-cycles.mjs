// SPDX-License-Identifier: Apache-2.0
// The ends of a cluster under load: of one node after the other, which comes back, and of the database. The load goes on meanwhile.
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../crash/cycles.mjs';
import { DatabaseCycles } from '../crash/database-cycles.mjs';

export class ClusterCycles extends DatabaseCycles {
  /** The node is away for a while, and the others do its work. */
  async #node(node) {
    this.postern = node;
    node.ending = true;
    await this.killAll();
    await sleep(700);
    await this.begin();
    node.ending = false;
    await sleep(300);
  }

  async #restart(how) {
    await how();
    await until('the cluster serves again', () => this.world.admin('GET', '/policy').then(() => true, () => false));
    await sleep(300);
  }

  /** @param kind of the ends below; of the nodes each in its turn */
  async run(kind) {
    this.next = kind;
    await this.round();
  }

  plan() {
    const { database, nodes } = this.world;
    const ends = {
      'the first node': () => this.#node(nodes[0]), 'the second node': () => this.#node(nodes[1]), 'the third node': () => this.#node(nodes[2]),
      'the database, in good order': () => this.#restart(() => database.restart()),
      'the database, at once': () => this.#restart(() => database.restartAtOnce()),
    };
    return [this.next, ends[this.next]];
  }
}
