interface Node<Value> {
  readonly levels: Map<string, Node<Value>>;
  readonly values: Value[];
}

/**
 * Values by Topic Filter. A look-up takes the levels of the name one by one, at each the branch of its text and the branch of
 * `+`: it takes no longer for filters that have nothing to do with the name.
 */
export class TopicTree<Value> {
  readonly #root: Node<Value> = node();
  /** The last answer: a stream of messages mostly has one topic after the other again. */
  #name: string | undefined;
  #found: readonly Value[] = [];

  add(filter: string, value: Value): void {
    let at = this.#root;
    for (const level of filter.split('/')) {
      let next = at.levels.get(level);
      if (!next) {
        next = node();
        at.levels.set(level, next);
      }
      at = next;
    }
    at.values.push(value);
    this.#name = undefined;
  }

  delete(filter: string, value: Value): void {
    const levels = filter.split('/');
    const path = [this.#root];
    let at = this.#root;
    for (const level of levels) {
      const next = at.levels.get(level);
      if (!next) return;
      path.push(next);
      at = next;
    }
    const { values } = at;
    const index = values.indexOf(value);
    if (index >= 0) values.splice(index, 1);
    // Branches that have become empty go, so that what was unsubscribed leaves nothing behind.
    for (let i = levels.length; i > 0 && !path[i]!.values.length && !path[i]!.levels.size; i--)
      path[i - 1]!.levels.delete(levels[i - 1]!);
    this.#name = undefined;
  }

  /** The values of each filter that this Topic Name matches [4.7]. */
  match(name: string): readonly Value[] {
    if (name !== this.#name) {
      const found: Value[] = [];
      find(this.#root, name.split('/'), 0, name[0] === '$', found);
      this.#name = name;
      this.#found = found;
    }
    return this.#found;
  }
}

function node<Value>(): Node<Value> {
  return { levels: new Map(), values: [] };
}

/** `special`: a wildcard does not stand for a first level that begins with `$` [MQTT-4.7.2-1]. */
function find<Value>(at: Node<Value>, levels: string[], depth: number, special: boolean, found: Value[]): void {
  const { levels: branches, values } = at;
  if (!special) {
    // `#` stands for its parent, too.
    const rest = branches.get('#');
    if (rest) found.push(...rest.values);
  }
  const level = levels[depth];
  if (level === undefined) found.push(...values);
  else
    for (const branch of special ? [level] : [level, '+']) {
      const next = branches.get(branch);
      if (next) find(next, levels, depth + 1, false, found);
    }
}
