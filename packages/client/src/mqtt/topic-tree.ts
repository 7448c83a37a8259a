interface Node<Value> {
  readonly levels: Map<string, Node<Value>>;
  readonly values: Value[];
}

/** Values by Topic Filter. */
export interface TopicTree<Value> {
  add(filter: string, value: Value): void;
  delete(filter: string, value: Value): void;
  /** The values of each filter that this Topic Name matches [4.7]. */
  match(name: string): readonly Value[];
}

/**
 * A look-up takes the levels of the name one by one, at each the branch of its text and the branch of `+`: it takes no longer
 * for filters that have nothing to do with the name.
 */
export function topicTree<Value>(): TopicTree<Value> {
  const root: Node<Value> = node();
  /** The last answer: a stream of messages mostly has one topic after the other again. */
  let last: string | undefined;
  let found: Value[] = [];

  return {
    add(filter, value) {
      let at = root;
      for (const level of filter.split('/')) {
        const next = at.levels.get(level) ?? node<Value>();
        at.levels.set(level, next);
        at = next;
      }
      at.values.push(value);
      last = undefined;
    },

    delete(filter, value) {
      const levels = filter.split('/');
      // Branches that have become empty go, so that what was unsubscribed leaves nothing behind.
      const remove = (at: Node<Value>, depth: number): boolean => {
        const level = levels[depth];
        const next = level === undefined ? undefined : at.levels.get(level);
        if (next && remove(next, depth + 1)) at.levels.delete(level!);
        const index = level === undefined ? at.values.indexOf(value) : -1;
        if (index >= 0) at.values.splice(index, 1);
        return !at.values.length && !at.levels.size;
      };
      remove(root, 0);
      last = undefined;
    },

    match(name) {
      if (name !== last) {
        last = name;
        found = [];
        find(root, name.split('/'), 0, name[0] === '$', found);
      }
      return found;
    },
  };
}

function node<Value>(): Node<Value> {
  return { levels: new Map(), values: [] };
}

/** `special`: a wildcard does not stand for a first level that begins with `$` [MQTT-4.7.2-1]. */
function find<Value>(at: Node<Value>, levels: string[], depth: number, special: boolean, found: Value[]): void {
  const level = levels[depth];
  // `#` stands for its parent, too.
  if (!special) found.push(...(at.levels.get('#')?.values ?? []));
  if (level === undefined) found.push(...at.values);
  else
    for (const branch of special ? [level] : [level, '+']) {
      const next = at.levels.get(branch);
      if (next) find(next, levels, depth + 1, false, found);
    }
}
