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
      // Branches that have become empty go, so that what was unsubscribed leaves nothing behind.
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
        // A wildcard does not stand for a first level that begins with `$` [MQTT-4.7.2-1].
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
          // `#` stands for its parent, too.
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
