// Conversations kept in this browser, and nowhere else. Each has an id, a title, a time and its turns as the server
// wrote them; the server reads them as data from outside when they come back.

const KEPT = 'rag-conversations', OPEN = 'rag-open', LANGUAGE = 'rag-language';
const MOST_KEPT = 50, MOST_TURNS = 100;

const kept = {
  all() {
    try {
      const found = JSON.parse(localStorage.getItem(KEPT) || '[]');
      return Array.isArray(found) ? found.filter((each) => each && Array.isArray(each.turns)) : [];
    } catch { return []; }
  },

  current() {
    const id = sessionStorage.getItem(OPEN);
    return this.all().find((each) => each.id === id) || null;
  },

  open(id) {
    if (id) sessionStorage.setItem(OPEN, id);
    else sessionStorage.removeItem(OPEN);
  },

  put(number, turn) {
    const now = Date.now();
    const of = this.current() || { id: now.toString(36) + Math.random().toString(36).slice(2, 8), turns: [] };
    const turns = [...of.turns.filter((each) => each.number < number), { number, ...turn }].slice(-MOST_TURNS);
    this.open(of.id);
    this.write([{ id: of.id, title: turns[0].question, changed: now, turns }, ...this.without(of.id)]);
  },

  add(turns) {
    this.open(null);
    turns.forEach((turn, index) => this.put(index + 1, turn));
  },

  without(id) { return this.all().filter((each) => each.id !== id); },

  remove(id) { this.write(this.without(id)); },

  write(conversations) {
    conversations = conversations.slice(0, MOST_KEPT);
    while (conversations.length) {
      try { return localStorage.setItem(KEPT, JSON.stringify(conversations)); } catch { conversations.pop(); } // full
    }
    try { localStorage.removeItem(KEPT); } catch { /* a browser that keeps nothing */ }
  },

  get language() { try { return localStorage.getItem(LANGUAGE); } catch { return null; } },
  set language(value) { try { localStorage.setItem(LANGUAGE, value); } catch { /* not kept */ } },
};
