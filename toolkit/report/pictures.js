/* The pictures of a shot, as a movie or as single files. Both call `onFrame(image, index)` with what is really shown:
   `index` is never a wish. */

const CODEC = 'video/mp4; codecs="avc1.640028"';

/** An H.264 movie. A frame is found by seeking into its middle, and named by the time that the browser presents. */
class MoviePictures {
  constructor(data, onFrame, onTrouble) {
    this.tiles = data.pictures.movie;
    this.stride = 1;
    this.fps = data.fps;
    this.count = data.frames.length;
    this.onFrame = onFrame;
    this.shown = -1;
    this.wanted = 0;
    this.video = document.createElement("video");
    Object.assign(this.video, { muted: true, playsInline: true, preload: "auto", loop: true });
    this.video.addEventListener("error", () => this.isClosed || onTrouble());
    this.video.addEventListener("seeked", () => this.settle());
    this.video.src = this.tiles.path;
    this.follow();
  }

  static isPlayable() {
    return document.createElement("video").canPlayType(CODEC) !== "";
  }

  /** Report every frame that the browser presents. */
  follow() {
    if (!("requestVideoFrameCallback" in this.video)) return;
    this.video.requestVideoFrameCallback((now, { mediaTime }) => {
      if (this.isClosed) return;
      this.report(Math.round(mediaTime * this.fps));
      this.follow();
    });
  }

  report(index) {
    this.shown = Math.min(Math.max(index, 0), this.count - 1);
    this.onFrame(this.video, this.shown);
  }

  show(index) {
    this.wanted = index;
    if (!this.video.seeking) this.seek();
  }

  seek() {
    this.target = this.wanted;
    this.video.currentTime = (this.target + 0.5) / this.fps;
  }

  /** After a seek: go on to what was wanted meanwhile; else make sure that the frame is drawn. */
  settle() {
    if (this.isPlaying) return;
    if (this.wanted !== this.target) {
      this.seek();
      return;
    }
    const target = this.target;
    const draw = () => {
      if (this.target === target && this.shown !== target && !this.isPlaying) this.report(target);
    };
    if ("requestVideoFrameCallback" in this.video) setTimeout(draw, 150);
    else draw();
  }

  get isPlaying() {
    return !this.video.paused;
  }

  play(speed) {
    this.video.playbackRate = speed;
    this.video.play().catch((error) => {
      if (error.name !== "AbortError") throw error; // stopped before it began
    });
    if (!("requestVideoFrameCallback" in this.video)) this.poll();
  }

  poll() {
    if (!this.isPlaying || this.isClosed) return;
    this.report(Math.floor(this.video.currentTime * this.fps));
    requestAnimationFrame(() => this.poll());
  }

  pause() {
    this.video.pause();
    this.show(Math.max(this.shown, 0));
  }

  close() {
    this.isClosed = true;
    this.video.pause();
    this.video.removeAttribute("src");
    this.video.load();
  }
}

/** JPEG files, one for every frame or for every few. */
class StillPictures {
  constructor(data, onFrame, onTrouble) {
    this.tiles = data.pictures.stills;
    this.stride = data.pictures.stride;
    this.fps = data.fps;
    this.count = data.frames.length;
    this.onFrame = onFrame;
    this.onTrouble = onTrouble;
    this.shown = -1;
    this.images = new Map();
    this.isPlaying = false;
  }

  /** The image of the file for `index`, loading. The last few dozen are kept. */
  image(index) {
    let found = this.images.get(index);
    if (found === undefined) {
      found = new Image();
      found.src = `${this.tiles.path}/${String(index).padStart(5, "0")}.jpg`;
      found.ready = found.decode().then(() => true, () => false);
      this.images.set(index, found);
      if (this.images.size > 60) this.images.delete(this.images.keys().next().value);
    }
    return found;
  }

  async show(index) {
    const file = index - (index % this.stride);
    this.wanted = file;
    for (let ahead = 1; ahead <= 12; ahead++) {
      const next = file + ahead * this.stride;
      if (this.isPlaying && next < this.count) this.image(next);
    }
    const image = this.image(file);
    const isLoaded = await image.ready;
    if (this.isClosed || this.wanted !== file) return;
    if (!isLoaded) {
      this.onTrouble();
      return;
    }
    this.shown = file;
    this.onFrame(image, file);
  }

  async play(speed) {
    this.isPlaying = true;
    const run = (this.run = Symbol("run"));
    let index = Math.max(this.shown, 0);
    let due = performance.now();
    while (this.isPlaying && this.run === run && !this.isClosed) {
      index = index + this.stride < this.count ? index + this.stride : 0;
      due = Math.max(due + (1000 * this.stride) / (this.fps * speed), performance.now() - 100);
      await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
      if (this.isPlaying && this.run === run) await this.show(index);
    }
  }

  pause() {
    this.isPlaying = false;
  }

  close() {
    this.isClosed = true;
    this.isPlaying = false;
    this.images.clear();
  }
}
