package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"clever-mcp/cleverapi/emulator"

	"github.com/spf13/cobra"
)

func newEmulator(p *Process, s *settings) *cobra.Command {
	var listen string
	var speed float64
	cmd := &cobra.Command{
		Use:   "emulator",
		Short: "Serve a Clever Cloud in memory: costs nothing, breaks nothing",
		Long: `Serves an emulated Clever Cloud with a demo account, for tests and for learning.
First it prints, one NAME=value a line, the environment that points the clever CLI,
the client libraries and clever-mcp at it; then it serves until it is stopped.`,
		Example: `  clever-mcp emulator --listen 127.0.0.1:9700 > emulator.env &
  env $(cat emulator.env) clever applications list
  env $(cat emulator.env) clever-mcp call list_apps`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ln, err := net.Listen("tcp", listen)
			if err != nil {
				return cannotStart(fmt.Errorf("--listen: %w", err))
			}
			base := "http://" + ln.Addr().String()
			seed, err := readSeed(s.seed)
			if err != nil {
				return cannotStart(err)
			}
			e, err := emulator.New(emulator.Options{Seed: seed, Clock: emulator.NewClock(time.Time{}, speed)})
			if err != nil {
				return cannotStart(err)
			}
			for _, line := range e.Env(base) {
				fmt.Fprintln(p.Stdout, line)
			}
			return cannotStart(serveEmulator(cmd.Context(), ln, e))
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:9700", "address to serve on; port 0 takes any that is free")
	cmd.Flags().Float64Var(&speed, "speed", 1, "how much faster than life deployments go")
	return cmd
}

func serveEmulator(ctx context.Context, ln net.Listener, h http.Handler) error {
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	stopped := make(chan error, 1)
	context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
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
