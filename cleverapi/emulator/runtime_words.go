package emulator

// What each kind of runtime says when it builds, fails to build, and dies. The
// words are our own; they only need to look like the tool's.

func (r *runtime) buildSteps() []string {
	switch r.Type {
	case "node":
		return []string{"Installing Node.js 22", "npm ci", "added 412 packages in 9s", "npm run build"}
	case "go":
		return []string{"Installing Go 1.26", "go mod download", "go build ./..."}
	case "python":
		return []string{"Installing Python 3.13", "pip install -r requirements.txt", "Installed 38 packages"}
	case "php":
		return []string{"Installing PHP 8.4", "composer install --no-dev", "Generating the optimized autoloader"}
	case "java":
		return []string{"Installing Java 21", "Resolving dependencies", "Compiling 214 source files", "Building the archive"}
	case "rust":
		return []string{"Installing the Rust toolchain", "cargo build --release", "Compiling 187 crates"}
	case "ruby":
		return []string{"Installing Ruby 3.4", "bundle install", "Precompiling the assets"}
	case "elixir":
		return []string{"Installing Elixir 1.18", "mix deps.get", "mix compile"}
	case "docker":
		return []string{"docker build .", "Step 1/6", "Step 6/6", "The image is built"}
	case "static":
		return []string{"Copying the files"}
	}
	return []string{"Installing the runtime", "Installing dependencies", "Building"}
}

func (r *runtime) buildError() []string {
	switch r.Type {
	case "rust":
		return []string{"error[E0432]: unresolved import `crate::index`", " --> src/main.rs:4:5", "error: could not compile `search` due to 1 previous error"}
	case "node":
		return []string{"npm error code ERESOLVE", "npm error could not resolve the dependency tree"}
	case "go":
		return []string{"./main.go:12:2: undefined: newServer"}
	case "python":
		return []string{"ERROR: No matching distribution found for internal-lib==4.2"}
	case "java":
		return []string{"ERROR COMPILATION FAILURE: cannot find symbol OrderService"}
	}
	return []string{"The build command ended with an error"}
}

func (r *runtime) crash() []string {
	switch r.Type {
	case "java":
		return []string{"Exception in thread \"main\" java.lang.OutOfMemoryError: Java heap space", "\tat com.acme.recommendations.Matrix.grow(Matrix.java:88)", "The process was killed: out of memory"}
	case "node":
		return []string{"FATAL ERROR: Reached heap limit. Allocation failed - JavaScript heap out of memory", "The process ended with signal SIGABRT"}
	}
	return []string{"The process ended with exit code 137"}
}
