// Marks and what they lead to: the quote while a mark is pointed at or focused, and the place in the open article.

const one = (selector) => document.querySelector(selector);

const card = {
  hiding: 0,

  show(mark) {
    clearTimeout(this.hiding);
    const text = document.getElementById(mark.getAttribute('aria-describedby'));
    const box = one('#rag-card');
    if (!text || !box) return;
    box.innerHTML = text.innerHTML; // made and escaped by the server
    box.hidden = false;
    const at = mark.getBoundingClientRect(), size = box.getBoundingClientRect();
    const left = Math.min(Math.max(8, at.left - 24), innerWidth - size.width - 8);
    const top = at.top - size.height - 8;
    box.style.left = `${left}px`;
    box.style.top = `${top >= 8 ? top : at.bottom + 8}px`;
  },

  hide() {
    const box = one('#rag-card');
    if (box) box.hidden = true;
  },

  hideSoon() {
    clearTimeout(this.hiding);
    this.hiding = setTimeout(() => this.hide(), 180);
  },

  follow() {
    document.addEventListener('pointerover', (event) => {
      if (event.pointerType === 'touch') return;
      const mark = event.target.closest?.('.rag-mark');
      if (mark) this.show(mark);
      else if (event.target.closest?.('#rag-card')) clearTimeout(this.hiding);
      else this.hideSoon();
    });
    document.addEventListener('focusin', (event) => {
      if (event.target.matches?.('.rag-mark:focus-visible')) this.show(event.target);
      else this.hide();
    });
  },
};

const panel = {
  open() { document.body.dataset.panel = 'open'; },

  close() {
    delete document.body.dataset.panel;
    this.from?.focus?.();
  },

  // The quote in the upper third of the article; at once, so that what is read never glides away.
  showQuote() {
    const body = one('#rag-panel .rag-body');
    if (!body) return;
    const quote = body.querySelector('.rag-current');
    const top = quote ? quote.getBoundingClientRect().top - body.getBoundingClientRect().top + body.scrollTop : 0;
    body.scrollTop = quote ? top - body.clientHeight / 4 : 0;
  },

  follow() {
    new MutationObserver(() => this.showQuote()).observe(one('#rag-panel'), { childList: true, subtree: true });
  },
};

async function copy(text) {
  try { await navigator.clipboard.writeText(text); } catch { // not on an address that browsers call secure
    const box = Object.assign(document.createElement('textarea'), { value: text });
    (one('dialog[open]') || document.body).append(box);
    box.select();
    document.execCommand('copy');
    box.remove();
  }
}

function reference(turn) {
  const answer = turn.answer;
  if (!answer) return turn.text;
  const sources = answer.citations.map((c) => {
    const said = [c.author, c.title, c.source, c.published].filter(Boolean).join(', ');
    return `[${c.marker}] “${c.quote}” — ${said} (${c.article_id}, ${c.start}–${c.end})`;
  });
  return [answer.text, ...sources].join('\n\n');
}
