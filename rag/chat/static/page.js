// The page's script: what people do becomes an event for the server, and its messages are shown. Runs once, with
// Gradio's `trigger`, `watch` and `props`; `kept`, `card` and `panel` stand above.

let language = kept.language in props.strings ? kept.language : /^vi/i.test(navigator.language) ? 'vi' : 'en';
let busy = false, editing = null, rating = null, fresh = true;

const say = (name) => props.strings[language][name] ?? '';
const fill = (name, values) => say(name).replace(/\{(\w+)\}/g, (all, key) => values[key] ?? all);
const turnOf = (target) => Number(target.closest('.rag-turn')?.dataset.turn);
const keptTurn = (number) => kept.current()?.turns.find((turn) => turn.number === number);

function label() {
  document.documentElement.lang = language;
  document.title = props.owner.title || say('title');
  for (const e of document.querySelectorAll('[data-text]')) e.textContent = say(e.dataset.text);
  for (const e of document.querySelectorAll('[data-label]')) e.setAttribute('aria-label', say(e.dataset.label));
  for (const e of document.querySelectorAll('[data-placeholder]')) e.placeholder = say(e.dataset.placeholder);
  if (props.owner.title) one('#rag-title').textContent = props.owner.title;
  one('#rag-turns').setAttribute('aria-label', say('conversation'));
  one('#rag-panel').setAttribute('aria-label', say('sources'));
  one('#rag-upload-hint').textContent = fill('upload_hint', { types: props.owner.types, megabytes: props.owner.megabytes });
  const names = Object.keys(props.strings).map((each) => [each, props.strings[each].language_name]);
  options(one('#rag-language'), names, language);
}

function options(select, entries, value) {
  select.replaceChildren(...entries.map(([of, text]) => new Option(text, of)));
  select.value = entries.some(([of]) => String(of) === String(value)) ? value : entries[0][0];
}

function toast(text) {
  if (!text) return;
  const box = one('#rag-toast');
  (one('dialog[open]') || one('#rag-page')).append(box); // above an open dialog, too
  box.textContent = text;
  clearTimeout(toast.ending);
  toast.ending = setTimeout(() => { box.textContent = ''; }, 6000);
}

function setBusy(value) {
  busy = value;
  one('#rag-send').hidden = value;
  one('#rag-stop').hidden = !value;
  one('#rag-turns').setAttribute('aria-busy', value);
}

function edit(number) {
  editing = number;
  one('#rag-editing').hidden = number === null;
}

function ask(question, at = null) {
  if (busy || !question.trim()) return;
  setBusy(true);
  edit(null);
  trigger('ask', { question, at, year: Number(one('#rag-year').value) || null, author: one('#rag-author').value });
}

function grow() {
  const box = one('#rag-input');
  box.style.height = 'auto';
  box.style.height = `${Math.min(box.scrollHeight, 160)}px`;
}

function open(id) {
  kept.open(id);
  setBusy(false);
  trigger('start', { language, turns: kept.current()?.turns ?? [] });
}

function listKept() {
  const rows = kept.all().map((each) => {
    const row = document.createElement('li'), button = document.createElement('button');
    const remove = Object.assign(document.createElement('button'), { className: 'rag-icon', type: 'button' });
    Object.assign(button, { className: 'rag-article', type: 'button', textContent: each.title });
    Object.assign(button.dataset, { action: 'open_kept', id: each.id });
    Object.assign(remove.dataset, { action: 'delete_kept', id: each.id });
    remove.setAttribute('aria-label', `${say('delete')}: ${each.title}`);
    const when = document.createElement('p');
    when.textContent = new Date(each.changed).toLocaleString(language);
    row.append(button, remove, when);
    return row;
  });
  const none = Object.assign(document.createElement('li'), { textContent: say('conversations_empty') });
  one('#rag-kept-list').replaceChildren(...(rows.length ? rows : [none]));
}

const heard = {
  started(message) {
    language = message.language;
    label();
    heard.folder(message);
    const question = new URLSearchParams(location.search).get('q');
    if (fresh && question) ask(question);
    fresh = false;
  },
  folder(message) {
    one('#rag-facts').textContent = message.facts;
    const all = (name, found) => [['', say(name)], ...found.map((each) => [each, String(each)])];
    options(one('#rag-year'), all('any_year', message.years), one('#rag-year').value);
    options(one('#rag-author'), all('any_author', message.authors), one('#rag-author').value);
    if (message.list !== undefined) one('#rag-folder-list').innerHTML = message.list; // made and escaped by the server
  },
  turn(message) { kept.put(message.number, message.turn); setBusy(false); },
  idle() { setBusy(false); },
  notice() {},
  rebuilding(message) {
    one('#rag-rebuild').disabled = true;
    const bar = one('#rag-progress');
    bar.hidden = false;
    if (message.total) Object.assign(bar, { max: message.total, value: message.done });
    else bar.removeAttribute('value');
    one('#rag-work-text').textContent = message.text;
  },
  rebuilt(message) {
    one('#rag-rebuild').disabled = false;
    one('#rag-progress').hidden = true;
    one('#rag-work-text').textContent = message.text;
    if (message.facts) heard.folder(message);
  },
  file(message) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([message.text], { type: message.type }));
    link.download = message.name;
    link.click();
    URL.revokeObjectURL(link.href);
  },
};

const done = {
  new() { kept.open(null); setBusy(false); panel.close(); trigger('clear'); one('#rag-input').focus(); },
  conversations() { listKept(); one('#rag-kept').showModal(); },
  open_kept(target) { one('#rag-kept').close(); open(target.dataset.id); },
  delete_kept(target) {
    const current = kept.current()?.id === target.dataset.id;
    kept.remove(target.dataset.id);
    listKept();
    if (current) done.new();
  },
  show_export() { one('#rag-export').showModal(); },
  export(target) { one('#rag-export').close(); trigger('export', { form: target.dataset.form }); },
  folder() { one('#rag-folder').showModal(); trigger('folder'); },
  article(target) { one('#rag-folder').close(); panel.open(); trigger('article', { article: target.dataset.article }); },
  rebuild() { trigger('rebuild'); },
  close(target) { target.closest('dialog').close(); },
  close_panel() { panel.close(); },
  ask(target) { ask(target.textContent); },
  stop() { trigger('stop'); },
  retry(target) { ask(keptTurn(turnOf(target))?.question ?? '', turnOf(target)); },
  edit(target) {
    const number = turnOf(target), box = one('#rag-input');
    edit(number);
    box.value = keptTurn(number)?.question ?? '';
    grow();
    box.focus();
  },
  cancel_edit() { edit(null); one('#rag-input').value = ''; grow(); },
  open(target) {
    if (target.matches('.rag-mark')) panel.from = target;
    card.hide();
    panel.open();
    trigger('open', { turn: Number(target.dataset.turn), marker: Number(target.dataset.marker) });
  },
  async copy_reference(target) { await copy(target.dataset.text); toast(say('copied')); },
  async copy_answer(target) { await copy(reference(keptTurn(turnOf(target)))); toast(say('copied')); },
  async copy_link(target) {
    const question = encodeURIComponent(keptTurn(turnOf(target))?.question ?? '');
    await copy(`${location.origin}${location.pathname}?q=${question}`);
    toast(say('copied'));
  },
  helpful(target) { done.rate(target, true); },
  not_helpful(target) { done.rate(target, false); },
  rate(target, helpful) {
    rating = { turn: turnOf(target), helpful };
    one('#rag-rate-title').textContent = say(helpful ? 'helpful' : 'not_helpful');
    one('#rag-comment').value = '';
    one('#rag-rate').showModal();
  },
};

async function upload(files) {
  if (!props.owner.types) return;
  const text = one('#rag-work-text');
  let added = 0;
  for (const file of files) {
    let answer = { refused: 'upload_failed' };
    try {
      const sent = { method: 'POST', body: file, headers: { 'x-rag-upload': '1' } };
      answer = await (await fetch(`rag/upload?name=${encodeURIComponent(file.name)}`, sent)).json();
    } catch { /* told as failed */ }
    const reason = answer.refused && fill(answer.refused, props.owner);
    text.textContent = answer.saved
      ? fill('upload_done', { name: answer.saved })
      : fill('upload_refused', { name: file.name, reason });
    toast(text.textContent);
    added += answer.saved ? 1 : 0;
  }
  if (added) trigger('rebuild');
}

async function openSaved(file) {
  let turns = null;
  try { turns = JSON.parse(await file.text()).turns; } catch { /* told below */ }
  one('#rag-export').close();
  if (!Array.isArray(turns) || !turns.every((turn) => turn && typeof turn.question === 'string')) return toast(say('unreadable'));
  kept.add(turns);
  open(kept.current()?.id);
}

function listen() {
  document.addEventListener('click', (event) => {
    const target = event.target.closest('[data-action]');
    if (target && Object.hasOwn(done, target.dataset.action)) done[target.dataset.action](target);
    else if (event.target.matches?.('dialog')) event.target.close(); // beside it
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    if (!one('#rag-card').hidden) card.hide();
    else if (editing !== null) done.cancel_edit();
    else if (document.body.dataset.panel && !one('dialog[open]')) panel.close();
  });
  const form = one('#rag-form'), box = one('#rag-input');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (busy || !box.value.trim()) return;
    ask(box.value, editing);
    box.value = '';
    grow();
  });
  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return; // Vietnamese is typed by composing
    event.preventDefault();
    form.requestSubmit();
  });
  box.addEventListener('input', grow);
  one('#rag-language').addEventListener('change', (event) => {
    language = kept.language = event.target.value;
    label();
    trigger('start', { language });
  });
  one('#rag-files').addEventListener('change', (event) => { upload([...event.target.files]); event.target.value = ''; });
  one('#rag-saved').addEventListener('change', (event) => { openSaved(event.target.files[0]); event.target.value = ''; });
  one('#rag-rate').addEventListener('close', (event) => {
    if (event.target.returnValue === 'save') trigger('rate', { ...rating, comment: one('#rag-comment').value });
  });
  listenToFiles();
}

function listenToFiles() {
  if (!props.owner.types) return;
  one('#rag-upload').hidden = one('#rag-upload-hint').hidden = false;
  one('#rag-files').accept = props.owner.types;
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    if (!event.dataTransfer?.files.length) return;
    if (!one('#rag-folder').open) done.folder();
    upload([...event.dataTransfer.files]);
  });
}

function begin() {
  if (!one('#rag-form') || !one('#rag-title') || !one('#rag-live') || !one('#rag-panel')) return requestAnimationFrame(begin);
  const turns = one('#rag-turns');
  turns.setAttribute('role', 'log');
  turns.tabIndex = 0;
  one('#rag-panel').setAttribute('role', 'complementary');
  new MutationObserver(() => { if (busy) turns.scrollTop = turns.scrollHeight; })
    .observe(turns, { childList: true, subtree: true, characterData: true });
  watch('value', () => {
    let message;
    try { message = JSON.parse(props.value); } catch { return; }
    toast(message.notice);
    if (Object.hasOwn(heard, message.kind)) heard[message.kind](message);
  });
  label();
  listen();
  card.follow();
  panel.follow();
  const look = () => { if (!document.hidden && !busy) trigger('look'); };
  setInterval(look, 15000);
  document.addEventListener('visibilitychange', look);
  trigger('start', { language: kept.language, turns: kept.current()?.turns ?? null });
  if (innerWidth > 760) one('#rag-input').focus();
}

begin();
