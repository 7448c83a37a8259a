/** One level of Topic Filters: the values of filters that end here, and the next levels by their text. */
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
 * Makes a tree of Topic Filters, one node for each level. `match` goes through the levels of a Topic Name, and at each follows two
 * branches: the text of the level and `+`. So filters that do not match cost no time.
 */
export function topicTree<Value>(): TopicTree<Value> {
  const root: Node<Value> = node();
  /** The last answer. It is kept, since many messages in a row have the same topic. */
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
      const path: Node<Value>[] = [];
      let at = root;
      for (const level of levels) {
        const next = at.levels.get(level);
        if (!next) return;
        path.push(at);
        at = next;
      }
      const index = at.values.indexOf(value);
      if (index >= 0) at.values.splice(index, 1);
      // Empty branches are removed: otherwise a client that subscribes to ever new topics would use more and more memory.
      while (path.length && !at.values.length && !at.levels.size) {
        at = path.pop()!;
        at.levels.delete(levels[path.length]!);
      }
      last = undefined;
    },

    match(name) {
      if (name !== last) {
        last = name;
        found = [];
        const take = (at: Node<Value> | undefined): void => {
          for (const value of at?.values ?? []) found.push(value);
        };
        let nodes = [root];
        // A wildcard does not match a first level that begins with `$` [MQTT-4.7.2-1].
        let special = name[0] === '$';
        for (const level of name.split('/')) {
          const next: Node<Value>[] = [];
          for (const { levels } of nodes) {
            const exact = levels.get(level);
            const any = special ? undefined : levels.get('+');
            if (!special) take(levels.get('#'));
            if (exact) next.push(exact);
            if (any) next.push(any);
          }
          nodes = next;
          special = false;
        }
        for (const node of nodes) {
          // `a/#` also matches `a` [4.7.1.2].
          take(node.levels.get('#'));
          take(node);
        }
      }
      return found;
    },
  };
}

function node<Value>(): Node<Value> {
  return { levels: new Map(), values: [] };
}
