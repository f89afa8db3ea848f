/* The player: one for the whole page, moved to the shot that is looked at. */

class Player {
  constructor(element) {
    this.element = element;
    this.canvas = element.querySelector("canvas");
    this.painter = new Painter(this.canvas);
    this.scrub = element.querySelector(".scrub");
    this.handle = element.querySelector(".wipe");
    this.numbers = element.querySelector(".numbers");
    this.trouble = element.querySelector(".trouble");
    this.state = { view: "single", clip: "COMPOSITE", wipe: 0.5, matte: false, track: false };
    this.index = 0;
    this.wanted = 0;
    this.listeners = [];
    this.bind();
  }

  /** Show the shot `data` in `slot`, at a 0-based index of its frames. */
  open(data, slot, index) {
    if (this.data !== data) {
      this.pictures?.close();
      this.data = data;
      this.image = null;
      slot.append(this.element);
      this.element.hidden = false;
      this.scrub.max = data.frames.length - 1;
      this.fillMarks();
      this.openPictures();
      this.fillClips();
    }
    this.step(index);
  }

  openPictures() {
    const { movie, stills } = this.data.pictures;
    const draw = (image, index) => this.receive(image, index);
    this.say("");
    if (movie && MoviePictures.isPlayable()) {
      this.pictures = new MoviePictures(this.data, draw, () => this.fallBack());
    } else if (stills) {
      this.pictures = new StillPictures(this.data, draw, () => this.say("A picture is missing: write the report again."));
    } else {
      this.pictures = null;
      this.say("This browser does not play H.264. Write the report again with --set report.video=jpeg.");
    }
  }

  /** The movie cannot be played after all. */
  fallBack() {
    this.pictures.close();
    this.data.pictures.movie = null;
    this.openPictures();
    this.fillClips();
    this.step(this.wanted);
  }

  receive(image, index) {
    this.image = image;
    this.index = index;
    this.draw();
    this.showNumbers();
    for (const listener of this.listeners) listener(this.data, index);
  }

  step(index) {
    const wanted = Math.min(Math.max(index, 0), this.data.frames.length - 1);
    this.wanted = wanted;
    if (this.pictures) this.pictures.show(wanted);
    else this.receive(null, wanted);
  }

  /** One frame on or back from what was asked for last, so that fast keys are not lost; with files, to the next file. */
  move(frames) {
    this.pause();
    this.step(this.wanted + frames * (this.pictures?.stride ?? 1));
  }

  toggle() {
    if (this.pictures?.isPlaying) this.pause();
    else if (this.pictures) {
      this.pictures.play(Number(this.element.querySelector("select").value));
      this.press("[data-do=play]", true);
    }
  }

  pause() {
    if (this.pictures?.isPlaying) {
      this.pictures.pause();
      this.wanted = this.index;
    }
    this.press("[data-do=play]", false);
  }

  say(text) {
    this.trouble.textContent = text;
    this.trouble.hidden = !text;
  }

  press(selector, isPressed) {
    for (const button of this.element.querySelectorAll(selector)) button.setAttribute("aria-pressed", String(isPressed));
  }

  // --- what is shown ---------------------------------------------------------------------------------------------

  get clips() {
    return this.pictures ? Object.keys(this.pictures.tiles.places) : [];
  }

  /** What is compared with the plate. */
  get result() {
    const wanted = this.state.clip === "PLATE" ? "COMPOSITE" : this.state.clip;
    return this.clips.includes(wanted) ? wanted : this.clips.at(-1);
  }

  choose(clip) {
    if (!this.clips.includes(clip)) return;
    this.state.clip = clip;
    if (clip === "PLATE") this.state.view = "single";
    this.refresh();
  }

  view(view) {
    this.state.view = this.state.view === view ? "single" : view;
    this.refresh();
  }

  layer(layer) {
    this.state[layer] = !this.state[layer];
    if (this.data.noFaces) this.say(this.state.matte || this.state.track ? this.data.noFaces : "");
    this.refresh();
  }

  wipeTo(part) {
    this.state.wipe = Math.min(Math.max(part, 0), 1);
    this.refresh();
  }

  refresh() {
    const { view, clip, wipe } = this.state;
    for (const button of this.element.querySelectorAll("[data-clip]"))
      button.setAttribute("aria-pressed", String(button.dataset.clip === clip));
    for (const button of this.element.querySelectorAll("[data-view]"))
      button.setAttribute("aria-pressed", String(button.dataset.view === view));
    for (const button of this.element.querySelectorAll("[data-layer]"))
      button.setAttribute("aria-pressed", String(this.state[button.dataset.layer]));
    this.handle.hidden = view !== "wipe";
    this.handle.style.left = `${100 * wipe}%`;
    this.handle.setAttribute("aria-valuenow", String(Math.round(100 * wipe)));
    this.draw();
  }

  fillClips() {
    const buttons = this.clips.map((clip) => {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.clip = clip;
      button.title = `key ${["PLATE", "BODY", "FACE", "COMPOSITE"].indexOf(clip) + 1}`;
      button.textContent = clip;
      return button;
    });
    this.element.querySelector(".clips").replaceChildren(...buttons);
    if (!this.clips.includes(this.state.clip)) this.state.clip = this.clips.at(-1);
    this.refresh();
  }

  /** Above the scrubber: what is lost, and what the edit does not show. */
  fillMarks() {
    const { frames, failing, records } = this.data;
    const marks = [];
    const mark = (first, last, kind) => {
      const one = document.createElement("i");
      one.className = kind;
      one.style.left = `${(100 * first) / frames.length}%`;
      one.style.width = `${(100 * (last - first + 1)) / frames.length}%`;
      marks.push(one);
    };
    const shown = records.map((record, index) => (record === null ? -1 : index)).filter((index) => index >= 0);
    if (shown.length && shown[0] > 0) mark(0, shown[0] - 1, "handle");
    if (shown.length && shown.at(-1) < frames.length - 1) mark(shown.at(-1) + 1, frames.length - 1, "handle");
    for (const [first, last] of failing) {
      const lost = frames.map((frame, index) => (frame >= first && frame <= last ? index : -1)).filter((index) => index >= 0);
      if (lost.length) mark(lost[0], lost.at(-1), "lost");
    }
    this.element.querySelector(".marks").replaceChildren(...marks);
  }

  showNumbers() {
    const { frames, timecodes, records, recordTimecodes } = this.data;
    const at = this.index;
    const media = timecodes[at] ? `media ${timecodes[at]}` : "media without timecode";
    const place = records[at] === null ? "not in the edit (handle)" : `timeline ${recordTimecodes[at]}`;
    this.numbers.textContent = `frame ${frames[at]} · ${media} · ${place}`;
    this.numbers.dataset.frame = frames[at];
    this.scrub.value = at;
    this.scrub.setAttribute("aria-valuetext", this.numbers.textContent);
  }

  draw() {
    if (!this.image || !this.pictures) return;
    const { data, image, index, result, state } = this;
    this.painter.paint({ data, image, index, result, state, tiles: this.pictures.tiles });
  }

  // --- hands -----------------------------------------------------------------------------------------------------

  bind() {
    this.element.addEventListener("click", ({ target }) => {
      const { clip, view, layer, do: action } = target.closest("button")?.dataset ?? {};
      if (clip) this.choose(clip);
      if (view) this.view(view);
      if (layer) this.layer(layer);
      if (action === "play") this.toggle();
    });
    this.scrub.addEventListener("input", () => {
      this.pause();
      this.step(Number(this.scrub.value));
    });
    this.element.querySelector("select").addEventListener("change", () => {
      if (this.pictures?.isPlaying) {
        this.pause();
        this.toggle();
      }
    });
    const picture = this.element.querySelector(".picture");
    const follow = ({ clientX }) => {
      const { left, width } = this.canvas.getBoundingClientRect();
      this.wipeTo((clientX - left) / width);
    };
    picture.addEventListener("pointerdown", (event) => {
      if (this.state.view !== "wipe") return;
      picture.setPointerCapture(event.pointerId);
      picture.addEventListener("pointermove", follow);
      follow(event);
    });
    for (const kind of ["pointerup", "pointercancel"])
      picture.addEventListener(kind, () => picture.removeEventListener("pointermove", follow));
    new ResizeObserver(() => this.draw()).observe(picture);
    document.addEventListener("keydown", (event) => this.press_key(event));
  }

  press_key(event) {
    if (!this.data || event.ctrlKey || event.metaKey || event.altKey) return;
    const { target, key, shiftKey } = event;
    if (target.matches("select, input:not(.scrub)")) return;
    const isWipe = target === this.handle && ["ArrowLeft", "ArrowRight"].includes(key);
    if (isWipe) this.wipeTo(this.state.wipe + (key === "ArrowLeft" ? -0.02 : 0.02));
    const isTaken = isWipe || this.act(key, shiftKey ? 10 : 1, target.matches("button, a, summary"));
    if (isTaken) event.preventDefault();
  }

  /** Do what the key says; returns whether it says anything. */
  act(key, frames, isOnButton) {
    const clips = { 1: "PLATE", 2: "BODY", 3: "FACE", 4: "COMPOSITE", a: "PLATE", b: "COMPOSITE" };
    const views = { w: "wipe", s: "side", d: "difference" };
    const layers = { m: "matte", t: "track" };
    const small = key.toLowerCase();
    if (small in clips) {
      this.state.view = "single";
      this.choose(clips[small]);
    } else if (small in views) this.view(views[small]);
    else if (small in layers) this.layer(layers[small]);
    else if (key === "ArrowLeft") this.move(-frames);
    else if (key === "ArrowRight") this.move(frames);
    else if (key === " " && !isOnButton) this.toggle();
    else return false;
    return true;
  }
}
