package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"clever-mcp/cleverapi/emulator"

	"github.com/spf13/cobra"
)

// emulation are the settings of the emulator command.
type emulation struct {
	listen  string
	redis   string
	speed   float64
	tls     bool
	control bool
}

func newEmulator(p *Process, s *settings) *cobra.Command {
	var m emulation
	cmd := &cobra.Command{
		Use:   "emulator",
		Short: "Serve a Clever Cloud in memory: costs nothing, breaks nothing",
		Long: `Serves an emulated Clever Cloud with a demo account, or that of --seed, for tests
and for learning. First it prints, one NAME=value a line, the environment that
points the clever CLI, the client libraries and clever-mcp at it; then it serves
until it is stopped. docs/emulator.md tells what it does.`,
		Example: `  clever-mcp emulator --listen 127.0.0.1:9700 > emulator.env &
  env $(cat emulator.env) clever applications list
  env $(cat emulator.env) clever-mcp call list_apps`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cannotStart(m.run(cmd.Context(), p, s))
		},
	}
	f := cmd.Flags()
	f.StringVar(&m.listen, "listen", "127.0.0.1:9700", "address to serve on; port 0 takes any that is free")
	f.StringVar(&m.redis, "listen-redis", "127.0.0.1:0", "address to serve the Redis protocol on, for what Redis and Materia KV add-ons hold; their REDIS_URL names it")
	f.Float64Var(&m.speed, "speed", 1, "how much faster than life deployments go")
	f.BoolVar(&m.tls, "tls", false, "serve HTTPS with a certificate of its own, whose file is printed too; the git of the clever CLI needs it")
	f.BoolVar(&m.control, "control", false, "serve the control API under /emulator/v1/: resets, snapshots, clock, requests and faults, without a credential")
	return cmd
}

func (m emulation) run(ctx context.Context, p *Process, s *settings) error {
	seed, err := readSeed(s.seed)
	if err != nil {
		return err
	}
	if m.speed < 0 {
		return fmt.Errorf("--speed: %v is less than 0, at which the time stands still", m.speed)
	}
	ln, err := listenOn("listen", m.listen)
	if err != nil {
		return err
	}
	defer ln.Close()
	redis, err := listenOn("listen-redis", m.redis)
	if err != nil {
		return err
	}
	defer redis.Close()
	host, port, err := net.SplitHostPort(redis.Addr().String())
	if err != nil {
		return fmt.Errorf("--listen-redis: %w", err)
	}
	e, err := emulator.New(emulator.Options{
		Seed: seed, Clock: emulator.NewClock(time.Time{}, m.speed), Control: m.control,
		KeyValue: emulator.KeyValue{Host: host, Port: port, TLS: m.tls},
	})
	if err != nil {
		return err
	}
	env := e.Env("http://" + ln.Addr().String())
	if m.tls {
		config, file, remove, err := ownCertificate(ln.Addr(), redis.Addr())
		if err != nil {
			return err
		}
		defer remove()
		env = append(e.Env("https://"+ln.Addr().String()), trust(file)...)
		ln, redis = tls.NewListener(ln, config), tls.NewListener(redis, config)
	}
	for _, line := range env {
		fmt.Fprintln(p.Stdout, line)
	}
	go func() { _ = e.ServeKeyValue(redis) }() // ends when the listener does
	return serveEmulator(ctx, ln, e)
}

func serveEmulator(ctx context.Context, ln net.Listener, h http.Handler) error {
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	stopped := make(chan error, 1)
	context.AfterFunc(ctx, func() {
		// What is asked for is in memory, and streams end with ctx: who has no answer
		// by then will not take it. Connections that never asked would hold it up.
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 50*time.Millisecond)
		defer cancel()
		err := srv.Shutdown(grace)
		if errors.Is(err, context.DeadlineExceeded) {
			err = srv.Close()
		}
		stopped <- err
	})
	if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}
